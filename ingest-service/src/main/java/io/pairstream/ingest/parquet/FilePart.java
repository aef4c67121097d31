package io.pairstream.ingest.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A part of a file as a stream, apart from every other part's: it keeps its own position. For one
 * thread.
 */
final class FilePart extends InputStream {

  private static final int BUFFER_BYTES = 16 * 1024;

  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private final long end;
  private long nextRead;

  /**
   * @param offset where the part begins
   * @param length how many bytes it has; all of them in the file
   */
  FilePart(FileChannel file, long offset, long length) {
    this.file = file;
    this.nextRead = offset;
    this.end = offset + length;
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!buffer.hasRemaining() && length >= BUFFER_BYTES) {
      ByteBuffer direct = ByteBuffer.wrap(into, offset, (int) Math.min(length, end - nextRead));
      int count = direct.hasRemaining() ? file.read(direct, nextRead) : -1;
      nextRead += Math.max(0, count);
      return count;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(into, offset, count);
    return count;
  }

  /** How many bytes are left. */
  long left() {
    return end - nextRead + buffer.remaining();
  }

  /** Passes over bytes, or to the end. */
  void pass(long bytes) {
    long ofBuffer = Math.min(bytes, buffer.remaining());
    buffer.position(buffer.position() + (int) ofBuffer);
    nextRead = Math.min(end, nextRead + bytes - ofBuffer);
  }

  private boolean fill() throws IOException {
    if (buffer.hasRemaining()) {
      return true;
    }
    if (nextRead >= end) {
      return false;
    }
    buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - nextRead));
    int count = file.read(buffer, nextRead);
    nextRead += Math.max(0, count);
    buffer.flip();
    return count > 0;
  }
}
