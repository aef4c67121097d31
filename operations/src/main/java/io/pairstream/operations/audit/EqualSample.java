package io.pairstream.operations.audit;

/**
 * A published pair that teaches nothing new: another one has the same image and the same cleaned
 * caption.
 *
 * @param pairId one of the two
 * @param sameAs the other, of the smaller id
 */
public record EqualSample(String pairId, String sameAs) {}
