package io.pairstream.ingest.files;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a source, unpacked where it begins as gzip or zstd does, whatever its name says, and
 * how many of them are read. Nothing is unpacked twice. For one thread.
 */
final class SourceInput implements Closeable {

  private static final int BUFFER_BYTES = 1 << 16;

  /** https://www.rfc-editor.org/rfc/rfc1952#page-5 */
  private static final int[] GZIP = {0x1F, 0x8B};

  /** https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
  private static final int[] ZSTD = {0x28, 0xB5, 0x2F, 0xFD};

  /** What {@code zstd --long} asks for: 128 MiB. */
  private static final int ZSTD_LONG_WINDOW_LOG = 27;

  private final UnpackMeter meter = new UnpackMeter();
  private final InputStream unpacked;
  private final long sizeBytes;

  /**
   * @throws IOException where it cannot be read, or does not go on as it begins
   */
  SourceInput(Path file) throws IOException {
    sizeBytes = Files.size(file);
    InputStream packed = new Noted(Files.newInputStream(file), meter::packed);
    try {
      InputStream unpacking = unpacking(new BufferedInputStream(packed, BUFFER_BYTES));
      unpacked = new BufferedInputStream(new Noted(unpacking, meter::unpacked), BUFFER_BYTES);
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  private static InputStream unpacking(BufferedInputStream input) throws IOException {
    if (beginsWith(GZIP, input)) {
      return new GZIPInputStream(input, BUFFER_BYTES);
    }
    if (beginsWith(ZSTD, input)) {
      ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(input);
      zstd.setLongMax(ZSTD_LONG_WINDOW_LOG);
      zstd.setContinuous(false);
      return zstd;
    }
    return input;
  }

  private static boolean beginsWith(int[] magic, BufferedInputStream input) throws IOException {
    input.mark(magic.length);
    try {
      for (int expected : magic) {
        if (input.read() != expected) {
          return false;
        }
      }
      return true;
    } finally {
      input.reset();
    }
  }

  /** A text without the mark that some editors put in front of it. */
  static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** The bytes; supports marks. */
  InputStream stream() {
    return unpacked;
  }

  /** How much is read: 0 to 1. */
  double share() {
    return sizeBytes == 0 ? 0 : Math.min(1, (double) meter.packed() / sizeBytes);
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  /** What is done with a number of bytes. */
  private interface Note {
    void of(long bytes) throws IOException;
  }

  /** Notes what is read. */
  private static final class Noted extends FilterInputStream {

    private final Note note;

    Noted(InputStream stream, Note note) {
      super(stream);
      this.note = note;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      note.of(Math.max(0, count));
      return count;
    }

    @Override
    public long skip(long bytes) throws IOException {
      // What is skipped is unpacked all the same.
      byte[] lost = new byte[(int) Math.min(bytes, BUFFER_BYTES)];
      return Math.max(0, read(lost, 0, lost.length));
    }
  }
}
