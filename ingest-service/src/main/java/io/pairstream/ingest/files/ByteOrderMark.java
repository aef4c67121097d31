package io.pairstream.ingest.files;

/** The mark that some editors put in front of a text. */
final class ByteOrderMark {

  private static final char MARK = '\uFEFF';

  private ByteOrderMark() {}

  /** The text without it, if it has one. */
  static String removedFrom(String text) {
    return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
  }
}
