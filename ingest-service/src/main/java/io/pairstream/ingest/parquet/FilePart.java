package io.pairstream.ingest.parquet;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A part of a file as a stream, apart from every other part's: it keeps its own position. For one
 * thread.
 */
final class FilePart extends BufferedInputStream {

  private static final int BUFFER_BYTES = 16 * 1024;

  private final Unbuffered part;

  /**
   * @param offset where the part begins
   * @param length how many bytes it has; all of them in the file
   */
  FilePart(FileChannel file, long offset, long length) {
    this(new Unbuffered(file, offset, offset + length));
  }

  private FilePart(Unbuffered part) {
    super(part, BUFFER_BYTES);
    this.part = part;
  }

  /** How many bytes are left. */
  long left() {
    return part.end - part.next + count - pos;
  }

  /** Passes over bytes, or to the end. */
  void pass(long bytes) {
    int ofBuffer = (int) Math.min(bytes, count - pos);
    pos += ofBuffer;
    part.next = Math.min(part.end, part.next + bytes - ofBuffer);
  }

  /** Reads where it is, and not where the file's own position is. */
  private static final class Unbuffered extends InputStream {

    private final FileChannel file;
    private final long end;
    private long next;

    Unbuffered(FileChannel file, long next, long end) {
      this.file = file;
      this.next = next;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length > 0 && next >= end) {
        return -1;
      }
      int count =
          file.read(ByteBuffer.wrap(into, offset, (int) Math.min(length, end - next)), next);
      next += Math.max(0, count);
      return count;
    }
  }
}
