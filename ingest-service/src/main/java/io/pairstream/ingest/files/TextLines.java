package io.pairstream.ingest.files;

import io.pairstream.schemas.wire.StrictUtf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;

/**
 * The lines of a text in UTF-8, one at a time, none longer than fits in memory. A byte order mark
 * is left out. For one thread.
 */
final class TextLines {

  /** Longest line that is read, in bytes. */
  static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

  private final InputStream input;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long number;

  /**
   * @param input the text; buffered, for it is read byte by byte
   */
  TextLines(InputStream input) {
    this.input = input;
  }

  /** Goes to the next line, and says whether there is one. */
  boolean next() throws IOException {
    bytes.reset();
    int next = input.read();
    if (next < 0) {
      return false;
    }
    number++;
    while (next >= 0 && next != '\n') {
      // One byte more than the limit tells that a line is longer.
      if (bytes.size() <= MAX_LINE_BYTES) {
        bytes.write(next);
      }
      next = input.read();
    }
    return true;
  }

  /** The line's number, from 1. */
  long number() {
    return number;
  }

  /** Whether the line is longer than is read. */
  boolean isTooLong() {
    return bytes.size() > MAX_LINE_BYTES;
  }

  /**
   * The line without its end.
   *
   * @throws CharacterCodingException where it is not UTF-8
   */
  String text() throws CharacterCodingException {
    String text = StrictUtf8.decode(bytes.toByteArray());
    return number == 1 ? ByteOrderMark.removedFrom(text) : text;
  }
}
