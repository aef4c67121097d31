package io.pairstream.cleaning.image;

import java.util.Locale;

/** What becomes of a picture whose colours are not meant as sRGB. */
public enum ColourProfileRule {
  /** Its colours are converted to sRGB. */
  CONVERT,
  /** It is turned away. */
  REJECT,
  /** Its numbers are taken as if they were sRGB. */
  IGNORE;

  /** The name in recipes: convert, reject, ignore. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
