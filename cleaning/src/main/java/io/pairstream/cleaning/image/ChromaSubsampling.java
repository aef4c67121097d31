package io.pairstream.cleaning.image;

/** How finely a JPEG stores colour, beside its brightness. */
public enum ChromaSubsampling {
  /** Half in both directions, 4:2:0. */
  HALVED,
  /** In full, 4:4:4. */
  FULL
}
