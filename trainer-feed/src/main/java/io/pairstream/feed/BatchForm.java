package io.pairstream.feed;

import io.pairstream.feed.pixels.PixelWriter;

/**
 * What all samples of a feed have in common; the first one decides it.
 *
 * @param tokens token ids per sample
 * @param channels of every picture, 1 or 3
 * @param colour rgb, grey, hsv, lab or ycrcb
 * @param normalisation as the records name it
 * @param pixels writes pictures in the trainer's format
 */
record BatchForm(
    int tokens, int channels, String colour, String normalisation, PixelWriter pixels) {}
