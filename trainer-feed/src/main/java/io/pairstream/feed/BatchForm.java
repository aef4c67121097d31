package io.pairstream.feed;

/**
 * What all samples of a feed have in common; the first one decides it.
 *
 * @param tokens token ids per sample
 * @param channels of every picture, 1 or 3
 * @param colour rgb, grey, hsv, lab or ycrcb
 */
record BatchForm(int tokens, int channels, String colour) {}
