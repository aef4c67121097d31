package io.pairstream.feed.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * PNG of raw pixels (https://www.w3.org/TR/png-3/): every row with the filter Sub, no ancillary
 * chunk, so that the same pixels give the same file.
 */
final class PngFile {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte BITS = 8;
  private static final byte GREY = 0;
  private static final byte RGB = 2;
  private static final byte SUB = 1;

  private PngFile() {}

  /**
   * @param channels 1 or 3
   * @param pixels uint8 [height, width, channels], row-major
   */
  static byte[] of(int width, int height, int channels, byte[] pixels) {
    ByteBuffer header =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put(BITS)
            .put(channels == 1 ? GREY : RGB);
    byte[] packed = deflated(filtered(width * channels, height, channels, pixels));
    ByteBuffer file = ByteBuffer.allocate(SIGNATURE.length + 3 * 12 + 13 + packed.length);
    file.put(SIGNATURE);
    putChunk(file, "IHDR", header.array());
    putChunk(file, "IDAT", packed);
    putChunk(file, "IEND", new byte[0]);
    return file.array();
  }

  private static byte[] filtered(int rowBytes, int rows, int channels, byte[] pixels) {
    byte[] filtered = new byte[rows * (rowBytes + 1)];
    for (int row = 0; row < rows; row++) {
      int from = row * rowBytes;
      int to = row * (rowBytes + 1);
      filtered[to] = SUB;
      for (int i = 0; i < rowBytes; i++) {
        int left = i < channels ? 0 : pixels[from + i - channels];
        filtered[to + 1 + i] = (byte) (pixels[from + i] - left);
      }
    }
    return filtered;
  }

  private static byte[] deflated(byte[] bytes) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream output = new DeflaterOutputStream(packed, deflater)) {
      output.write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("memory takes every byte", e);
    } finally {
      deflater.end();
    }
    return packed.toByteArray();
  }

  private static void putChunk(ByteBuffer file, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(content);
    file.putInt(content.length).put(name).put(content).putInt((int) sum.getValue());
  }
}
