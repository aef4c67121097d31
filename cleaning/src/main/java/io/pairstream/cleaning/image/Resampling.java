package io.pairstream.cleaning.image;

/** How the pixels of a scaled picture are made of the original's. */
public enum Resampling {
  /** The mean of the area that a pixel covers; cubic where the picture is enlarged. */
  AREA,
  /** A triangle of the width of two pixels of the result, or of the original where it enlarges. */
  BILINEAR,
  /** The cubic kernel over four pixels, widened likewise when it shrinks. */
  BICUBIC,
  /** The Lanczos kernel over six pixels, widened likewise when it shrinks. */
  LANCZOS
}
