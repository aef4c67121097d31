package io.pairstream.feed;

/** Check of settings that count something. */
final class Positive {

  private Positive() {}

  static void require(long value, String what) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, was " + value);
    }
  }
}
