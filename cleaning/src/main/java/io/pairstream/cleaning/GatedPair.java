package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.ProbedImage;

/** A pair whose image passes by what its header declares; no pixel is decoded yet. */
public record GatedPair(ProbedImage image, ReceivedCaption caption) {}
