package io.pairstream.cleaning.image;

/** What becomes of a picture that would have to be enlarged. */
public enum WhenSmaller {
  /** It is enlarged. */
  ENLARGE,
  /** It keeps its size: only what is bigger is scaled. */
  KEEP,
  /** It is rejected. */
  REJECT
}
