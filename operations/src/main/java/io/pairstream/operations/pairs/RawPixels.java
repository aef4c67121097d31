package io.pairstream.operations.pairs;

import io.pairstream.schemas.PreparedPair;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.apache.kafka.common.utils.Utils;

/**
 * Wraps a prepared image of bare pixels into a PNG file, so that the image worker takes it as it
 * takes all others.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG</a>
 */
final class RawPixels {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int GREY = 0;
  private static final int RGB = 2;

  private RawPixels() {}

  /** The file; empty where the record's sizes are not those of its bytes. */
  static Optional<byte[]> png(PreparedPair pair) {
    int width = pair.getWidth();
    int height = pair.getHeight();
    int channels = pair.getChannels();
    byte[] pixels = Utils.toArray(pair.getImage());
    if (width < 1
        || height < 1
        || (channels != 1 && channels != 3)
        || (long) width * height * channels != pixels.length) {
      return Optional.empty();
    }
    int rowBytes = width * channels;
    byte[] rows = new byte[(rowBytes + 1) * height];
    for (int y = 0; y < height; y++) {
      // Each row begins with the number of its filter: none.
      System.arraycopy(pixels, y * rowBytes, rows, y * (rowBytes + 1) + 1, rowBytes);
    }
    try {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      DataOutputStream data = new DataOutputStream(head);
      data.writeInt(width);
      data.writeInt(height);
      data.write(new byte[] {8, (byte) (channels == 1 ? GREY : RGB), 0, 0, 0});
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(SIGNATURE);
      chunk(file, "IHDR", head.toByteArray());
      chunk(file, "IDAT", deflated(rows));
      chunk(file, "IEND", new byte[0]);
      return Optional.of(file.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
  }

  private static byte[] deflated(byte[] rows) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(rows);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] piece = new byte[16 * 1024];
      while (!deflater.finished()) {
        out.write(piece, 0, deflater.deflate(piece));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static void chunk(ByteArrayOutputStream file, String name, byte[] body)
      throws IOException {
    DataOutputStream data = new DataOutputStream(file);
    byte[] type = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(type);
    crc.update(body);
    data.writeInt(body.length);
    data.write(type);
    data.write(body);
    data.writeInt((int) crc.getValue());
  }
}
