package io.pairstream.ingest.files;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.pairstream.storage.UnpackingMeter;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

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

  /** First bytes of a frame to skip, as pzstd begins with, but for four bits of the first. */
  private static final int ZSTD_SKIPPABLE = 0x502A4D18;

  /** Largest window, of {@code zstd --long}: 128 MiB. */
  private static final int ZSTD_LONG_WINDOW_LOG = 27;

  /** Names of the pipes that a shell opens itself: standard input, and {@code <(command)}. */
  private static final Pattern SHELLS_PIPE =
      Pattern.compile("/dev/(stdin|fd/\\d+)|/proc/\\w+/fd/\\d+");

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final UnpackingMeter meter = new UnpackingMeter();
  private final InputStream unpacked;
  private final long sizeBytes;

  /**
   * @throws IOException where it cannot be read, or does not continue as it begins
   */
  SourceInput(Path file) throws IOException {
    boolean isFile = Files.isRegularFile(file);
    sizeBytes = Files.size(file);
    InputStream packed =
        new Noted(
            Files.newInputStream(file),
            bytes -> {
              meter.packed(Math.max(0, bytes));
              if (isFile && bytes < 0 && meter.packedBytes() != sizeBytes) {
                throw new IOException("it changed while it was read; import it again");
              }
            });
    try {
      InputStream unpacking = unpacking(new BufferedInputStream(packed, BUFFER_BYTES));
      unpacked =
          new BufferedInputStream(
              new Noted(unpacking, bytes -> meter.unpacked(Math.max(0, bytes))), BUFFER_BYTES);
      if (Arrays.equals(peek(unpacked, BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
        unpacked.skipNBytes(BYTE_ORDER_MARK.length);
      }
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  private static InputStream unpacking(BufferedInputStream input) throws IOException {
    int magic = ByteBuffer.wrap(Arrays.copyOf(peek(input, Integer.BYTES), Integer.BYTES)).getInt();
    if (magic >>> Short.SIZE == GZIP) {
      return new Members(input);
    }
    if (magic == ZSTD || (magic & 0xF0FFFFFF) == ZSTD_SKIPPABLE) {
      ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(input);
      zstd.setLongMax(ZSTD_LONG_WINDOW_LOG);
      zstd.setContinuous(false);
      return zstd;
    }
    return input;
  }

  /**
   * Makes sure that a file is one: of a pipe, socket or device the end may never come.
   *
   * @param isReadOnce whether it may be a pipe that the shell has opened
   */
  static void requireFile(Path file, boolean isReadOnce) {
    if (!Files.isRegularFile(file)
        && !(isReadOnce && SHELLS_PIPE.matcher(file.toString()).matches())) {
      throw new UnusableSourceException(
          file + " is no file, but a pipe, socket or device; write it to a file first");
    }
  }

  /** The first bytes of a stream, up to a damage; leaves it as it is. */
  static byte[] peek(InputStream stream, int count) throws IOException {
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    stream.mark(count);
    try {
      for (int next = 0; first.size() < count && (next = stream.read()) >= 0; ) {
        first.write(next);
      }
    } catch (IOException e) {
      // It comes again where what is before it has been read.
    }
    stream.reset();
    return first.toByteArray();
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
    return sizeBytes == 0 ? 0 : Math.min(1, (double) meter.packedBytes() / sizeBytes);
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  /** Members of a gzip file, one after the other; zeros may follow, as tapes add them. */
  private static final class Members extends FilterInputStream {

    /** Bytes before a damage that may be lost with it: what the library reads at once. */
    private static final int LOST_BYTES = 1024;

    private final InputStream packed;

    Members(InputStream packed) throws IOException {
      super(new GzipCompressorInputStream(packed));
      this.packed = packed;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        int most = Math.min(length, LOST_BYTES);
        int count = in.read(into, offset, most);
        while (count < 0 && isAtNext()) {
          in = new GzipCompressorInputStream(packed);
          count = in.read(into, offset, most);
        }
        return count;
      } catch (EOFException e) {
        throw new EOFException("it is cut short: its gzip has no end");
      }
    }

    private boolean isAtNext() throws IOException {
      int next;
      do {
        packed.mark(Short.BYTES);
        next = packed.read();
      } while (next == 0);
      if (next >= 0 && (next << Byte.SIZE | packed.read()) != GZIP) {
        throw new IOException("something that is no gzip follows; nothing behind it was read");
      }
      packed.reset();
      return next >= 0;
    }
  }

  private interface Note {
    /**
     * @param bytes that were read; -1 at the end
     */
    void of(long bytes) throws IOException;
  }

  private static final class Noted extends FilterInputStream {

    private final Note note;

    /** Damage at which the reading has ended; null without one. */
    private IOException damage;

    Noted(InputStream stream, Note note) {
      super(stream);
      this.note = note;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (damage != null) {
        throw damage;
      }
      try {
        int count = in.read(into, offset, length);
        note.of(count);
        return count;
      } catch (IOException e) {
        damage =
            e instanceof ZstdIOException zstd
                    && zstd.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()
                ? new IOException("its window is too large; first: zstd -d --long=31 FILE")
                : e;
        throw damage;
      }
    }

    /** Nothing, so that no reader goes on to a damage before it hands out what it has. */
    @Override
    public int available() {
      return 0;
    }

    @Override
    public long skip(long bytes) throws IOException {
      // What is skipped is unpacked all the same.
      byte[] lost = new byte[(int) Math.min(bytes, BUFFER_BYTES)];
      return Math.max(0, read(lost, 0, lost.length));
    }
  }
}
