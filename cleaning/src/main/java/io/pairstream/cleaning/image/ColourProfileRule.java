package io.pairstream.cleaning.image;

/** What becomes of a picture whose colours are not meant as sRGB. */
public enum ColourProfileRule {
  /** Its colours are converted to sRGB. */
  CONVERT,
  /** It is rejected. */
  REJECT,
  /** Its numbers are taken as if they were sRGB. */
  IGNORE
}
