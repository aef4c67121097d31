package io.pairstream.cleaning.image;

import java.util.Locale;

/** How finely a JPEG stores colour, beside its brightness. */
public enum ChromaSubsampling {
  /** Half in both directions, 4:2:0. */
  HALVED,
  /** In full, 4:4:4. */
  FULL;

  /** The name in recipes: halved, full. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
