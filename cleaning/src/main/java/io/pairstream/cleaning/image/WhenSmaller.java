package io.pairstream.cleaning.image;

import java.util.Locale;

/** What becomes of a picture that would have to be enlarged. */
public enum WhenSmaller {
  /** It is enlarged. */
  ENLARGE,
  /** It keeps its size: only what is bigger is scaled. */
  KEEP,
  /** It is turned away. */
  REJECT;

  /** The name in recipes: enlarge, keep, reject. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
