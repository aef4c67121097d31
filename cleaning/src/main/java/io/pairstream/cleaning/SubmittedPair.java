package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;

/** An image with its caption, as a producer sent them. */
public record SubmittedPair(EncodedImage image, ReceivedCaption caption) {}
