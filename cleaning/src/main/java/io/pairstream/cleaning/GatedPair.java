package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.ProbedImage;

/**
 * A pair whose image passes by what its header declares; no pixel is decoded yet.
 *
 * @param cropBox the part of the upright image that counts
 */
public record GatedPair(ProbedImage image, PixelBox cropBox, ReceivedCaption caption) {}
