package io.pairstream.trial;

/**
 * One pair that a recipe was tried on.
 *
 * @param where where it stands in the source: {@code captions.csv:12} or {@code birds/owl.jpg}
 * @param pairId the id that it would have on Kafka
 * @param captionAsReceived its caption, untouched
 * @param verdict what the recipe makes of it
 */
public record TriedPair(String where, String pairId, String captionAsReceived, Verdict verdict) {}
