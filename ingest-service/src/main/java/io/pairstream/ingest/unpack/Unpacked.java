package io.pairstream.ingest.unpack;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a stream, unpacked where it begins as gzip or zstd does, whatever its name says.
 *
 * <p>Nothing is unpacked twice: gzip within gzip stays packed. For one thread.
 */
public final class Unpacked extends FilterInputStream {

  private static final int BUFFER_BYTES = 1 << 16;

  /** https://www.rfc-editor.org/rfc/rfc1952#page-5 */
  private static final int[] GZIP = {0x1F, 0x8B};

  /** https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
  private static final int[] ZSTD = {0x28, 0xB5, 0x2F, 0xFD};

  /** What {@code zstd --long} asks for: 128 MiB. */
  private static final int ZSTD_LONG_WINDOW_LOG = 27;

  private final UnpackMeter meter;

  private Unpacked(InputStream unpacking, UnpackMeter meter) {
    super(unpacking);
    this.meter = meter;
  }

  /**
   * The bytes of {@code packed}, which is closed with them.
   *
   * @throws IOException where it cannot be read, or does not go on as it begins
   */
  public static InputStream of(InputStream packed) throws IOException {
    UnpackMeter meter = new UnpackMeter();
    BufferedInputStream input = new BufferedInputStream(new Metered(packed, meter), BUFFER_BYTES);
    InputStream unpacking = input;
    if (beginsWith(GZIP, input)) {
      unpacking = new GZIPInputStream(input, BUFFER_BYTES);
    } else if (beginsWith(ZSTD, input)) {
      ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(input);
      zstd.setLongMax(ZSTD_LONG_WINDOW_LOG);
      zstd.setContinuous(false);
      unpacking = zstd;
    }
    return new BufferedInputStream(new Unpacked(unpacking, meter), BUFFER_BYTES);
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    if (value >= 0) {
      meter.unpacked(1);
    }
    return value;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = in.read(into, offset, length);
    if (count > 0) {
      meter.unpacked(count);
    }
    return count;
  }

  @Override
  public long skip(long bytes) throws IOException {
    // What is skipped is unpacked all the same.
    byte[] lost = new byte[(int) Math.min(bytes, BUFFER_BYTES)];
    return lost.length == 0 ? 0 : Math.max(0, read(lost, 0, lost.length));
  }

  @Override
  public boolean markSupported() {
    return false;
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

  /** Tells the meter what is read. */
  private static final class Metered extends FilterInputStream {

    private final UnpackMeter meter;

    Metered(InputStream input, UnpackMeter meter) {
      super(input);
      this.meter = meter;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      if (value >= 0) {
        meter.packed(1);
      }
      return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      if (count > 0) {
        meter.packed(count);
      }
      return count;
    }
  }
}
