package io.pairstream.cleaning.tokens;

/** Turns the pieces of a text into ids. Thread-safe. */
@FunctionalInterface
interface SubwordModel {

  /** Adds the ids of a piece, which is not empty. */
  void encode(String piece, TokenBuffer out);

  /** Adds the ids of the piece that begins at {@code start} and ends before {@code end}. */
  default void encode(String text, int start, int end, TokenBuffer out) {
    encode(text.substring(start, end), out);
  }
}
