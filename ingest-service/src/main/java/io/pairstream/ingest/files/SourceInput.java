package io.pairstream.ingest.files;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a source without a byte order mark, unpacked where it begins as gzip or zstd does,
 * whatever its name says, and how many of them are read. Nothing is unpacked twice. For one thread.
 */
final class SourceInput implements SourceEntry.Input {

  private static final int BUFFER_BYTES = 1 << 16;

  /** First bytes of gzip: https://www.rfc-editor.org/rfc/rfc1952#page-5 */
  private static final int GZIP = 0x1F8B;

  /** First bytes of Zstandard: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
  private static final int ZSTD = 0x28B52FFD;

  /** Largest window, of {@code zstd --long}: 128 MiB. */
  private static final int ZSTD_LONG_WINDOW_LOG = 27;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final Meter meter = new Meter();
  private final InputStream unpacked;
  private final long sizeBytes;

  /**
   * Counts what goes into unpacking and what comes out, so that a bomb is distinguished from a data
   * set.
   */
  static final class Meter {

    /**
     * Unpacked bytes up to which any ratio is allowed: a short list of equal captions packs very
     * well.
     */
    private static final long FREE_BYTES = 64L * 1024 * 1024;

    /**
     * Most bytes that one compressed byte may unpack to. Lists of captions pack to a tenth, at the
     * best to a thirtieth; images hardly at all.
     */
    private static final int RATIO = 200;

    private long packedBytes;
    private long unpackedBytes;

    /** Notes compressed bytes that were read. */
    void packed(long bytes) {
      packedBytes += bytes;
    }

    /**
     * Notes bytes that came out, or are about to.
     *
     * @throws IOException where they are too many
     */
    void unpacked(long bytes) throws IOException {
      unpackedBytes += bytes;
      if (unpackedBytes > FREE_BYTES && unpackedBytes / RATIO > Math.max(1, packedBytes)) {
        throw new IOException(
            "it unpacks to more than %s times its size, as no data set does; nothing more of it is read"
                .formatted(RATIO));
      }
    }
  }

  /**
   * @throws IOException where it cannot be read, or does not continue as it begins
   */
  SourceInput(Path file) throws IOException {
    sizeBytes = Files.size(file);
    InputStream packed = new Noted(Files.newInputStream(file), meter::packed);
    try {
      InputStream unpacking = unpacking(new BufferedInputStream(packed, BUFFER_BYTES));
      unpacked = new BufferedInputStream(new Noted(unpacking, meter::unpacked), BUFFER_BYTES);
      unpacked.mark(BYTE_ORDER_MARK.length);
      if (!Arrays.equals(unpacked.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
        unpacked.reset();
      }
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  private static InputStream unpacking(BufferedInputStream input) throws IOException {
    input.mark(Integer.BYTES);
    byte[] first = Arrays.copyOf(input.readNBytes(Integer.BYTES), Integer.BYTES);
    input.reset();
    int magic = ByteBuffer.wrap(first).getInt();
    if (magic >>> Short.SIZE == GZIP) {
      return new GZIPInputStream(input, BUFFER_BYTES);
    }
    if (magic == ZSTD) {
      ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(input);
      zstd.setLongMax(ZSTD_LONG_WINDOW_LOG);
      zstd.setContinuous(false);
      return zstd;
    }
    return input;
  }

  /** Whether a text is UTF-16, which has a mark, or zeros around its first letter. */
  static boolean isUtf16(ByteBuffer text) {
    if (text.remaining() < Short.BYTES) {
      return false;
    }
    int first = text.getShort(text.position()) & 0xFFFF;
    return first == 0xFEFF || first == 0xFFFE || (first >>> 8 == 0 ^ (first & 0xFF) == 0);
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
  @Override
  public double share() {
    return sizeBytes == 0 ? 0 : Math.min(1, (double) meter.packedBytes / sizeBytes);
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  private interface Note {
    void of(long bytes) throws IOException;
  }

  private static final class Noted extends FilterInputStream {

    private final Note note;

    Noted(InputStream stream, Note note) {
      super(stream);
      this.note = note;
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
