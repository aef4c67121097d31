package io.pairstream.cleaning.split;

/**
 * Where an image belongs.
 *
 * @param split training, validation or test
 * @param fold fold for cross-validation, from 0; independent of {@code split}
 */
public record Assignment(Split split, int fold) {}
