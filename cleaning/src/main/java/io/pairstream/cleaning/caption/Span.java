package io.pairstream.cleaning.caption;

/**
 * A part of a text.
 *
 * @param start index of its first char
 * @param end index behind its last char
 */
record Span(int start, int end) {

  /** No part at all. */
  static final Span NONE = new Span(-1, -1);

  boolean isNone() {
    return start < 0;
  }
}
