package io.pairstream.ingest.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a list, as many in a row as fit in memory: a quote that never ends would otherwise
 * gather the whole list in one cell. For one thread.
 */
final class RowBytes extends FilterInputStream {

  /** Longest row, in bytes; the parser's own look-ahead counts in. */
  static final int MAX_ROW_BYTES = 8 * 1024 * 1024;

  private long sinceRowBegan;
  private boolean failed;

  RowBytes(InputStream stream) {
    super(stream);
  }

  /** The next row begins about here. */
  void beginRow() {
    sinceRowBegan = 0;
  }

  /** Whether it was the list that could not be read, and not a row of it. */
  boolean failed() {
    return failed;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (sinceRowBegan > MAX_ROW_BYTES) {
      throw new IOException("the row is longer than " + MAX_ROW_BYTES + " bytes");
    }
    try {
      int count = in.read(into, offset, length);
      sinceRowBegan += Math.max(0, count);
      return count;
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }
}
