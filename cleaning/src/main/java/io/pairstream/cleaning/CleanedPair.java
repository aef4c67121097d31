package io.pairstream.cleaning;

import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.tokens.TokenizedCaption;

/** A pair as the trainer sees it: prepared pixels and token ids, with the image they came from. */
public record CleanedPair(ProbedImage original, PreparedImage image, TokenizedCaption caption) {}
