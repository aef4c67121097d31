package io.pairstream.ingest.files;

import io.pairstream.ingest.unpack.Unpacked;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes of a source, unpacked where they are compressed, and how many of them are read. For one
 * thread.
 */
final class SourceInput implements Closeable {

  private final Counted packed;
  private final InputStream unpacked;
  private final long sizeBytes;

  private SourceInput(Counted packed, InputStream unpacked, long sizeBytes) {
    this.packed = packed;
    this.unpacked = unpacked;
    this.sizeBytes = sizeBytes;
  }

  static SourceInput of(Path file) throws IOException {
    InputStream stream = Files.newInputStream(file);
    Counted packed = new Counted(stream);
    try {
      return new SourceInput(packed, Unpacked.of(packed), Files.size(file));
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  /** The bytes; supports marks. */
  InputStream stream() {
    return unpacked;
  }

  /** How much is read: 0 to 1. */
  double share() {
    return sizeBytes == 0 ? 0 : Math.min(1, (double) packed.count / sizeBytes);
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  /** Counts what is read. */
  private static final class Counted extends FilterInputStream {

    private long count;

    Counted(InputStream stream) {
      super(stream);
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      if (value >= 0) {
        count++;
      }
      return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
