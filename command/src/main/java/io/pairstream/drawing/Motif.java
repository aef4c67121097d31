package io.pairstream.drawing;

/** What drawn pictures show. */
public enum Motif {
  /** One thing or several: alone, in a row, beside or in front of each other. */
  ANY,
  /** One thing alone, in the middle or in a corner. */
  SINGLE
}
