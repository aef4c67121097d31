package io.pairstream.drawing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes PNG files of every kind that scenes come in, fast and with little compression.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">Portable Network Graphics, third edition</a>
 */
final class PngFile {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final byte FILTER_NONE = 0;
  private static final byte FILTER_UP = 2;
  private static final int TYPE_RGB = 2;
  private static final int TYPE_PALETTE = 3;
  private static final int TYPE_RGBA = 6;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  private PngFile() {
    file.writeBytes(SIGNATURE);
  }

  /** 8-bit RGB of an image in BGR. */
  static byte[] rgb(BufferedImage image) {
    PngFile png = new PngFile();
    png.header(image, 8, TYPE_RGB);
    png.chunk("IDAT", deflate(rgbRows(image), image.getWidth() * 3));
    return png.finish();
  }

  /** 8-bit RGB with two equal frames. */
  static byte[] animated(BufferedImage image) {
    byte[] pixels = deflate(rgbRows(image), image.getWidth() * 3);
    PngFile png = new PngFile();
    png.header(image, 8, TYPE_RGB);
    png.chunk("acTL", ByteBuffer.allocate(8).putInt(2).putInt(0).array());
    png.chunk("fcTL", frameControl(0, image));
    png.chunk("IDAT", pixels);
    png.chunk("fcTL", frameControl(1, image));
    png.chunk("fdAT", ByteBuffer.allocate(4 + pixels.length).putInt(2).put(pixels).array());
    return png.finish();
  }

  /** 16-bit RGB of an image in BGR, declared as BT.2020 with the PQ curve (ITU-T H.273). */
  static byte[] hdr(BufferedImage image) {
    byte[] rows = rgbRows(image);
    byte[] deep = new byte[rows.length * 2];
    for (int i = 0; i < rows.length; i++) {
      deep[2 * i] = rows[i];
      deep[2 * i + 1] = rows[i];
    }
    PngFile png = new PngFile();
    png.header(image, 16, TYPE_RGB);
    png.chunk("cICP", new byte[] {9, 16, 0, 1});
    png.chunk("IDAT", deflate(deep, image.getWidth() * 6));
    return png.finish();
  }

  /** 8-bit RGBA of a packed ARGB image. */
  static byte[] rgba(BufferedImage image) {
    int width = image.getWidth();
    ByteBuffer rows = ByteBuffer.allocate(width * image.getHeight() * 4);
    int[] row = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRaster().getDataElements(0, y, width, 1, row);
      for (int argb : row) {
        rows.putInt(Integer.rotateLeft(argb, 8));
      }
    }
    PngFile png = new PngFile();
    png.header(image, 8, TYPE_RGBA);
    png.chunk("IDAT", deflate(rows.array(), width * 4));
    return png.finish();
  }

  /**
   * 8-bit palette of an image in BGR.
   *
   * @throws IllegalArgumentException where it has more than 256 colours
   */
  static byte[] palette(BufferedImage image) {
    byte[] rows = rgbRows(image);
    byte[] indices = new byte[rows.length / 3];
    Map<Integer, Byte> palette = new HashMap<>();
    ByteArrayOutputStream colours = new ByteArrayOutputStream();
    for (int i = 0; i < indices.length; i++) {
      int colour =
          ((rows[3 * i] & 0xFF) << 16) | ((rows[3 * i + 1] & 0xFF) << 8) | (rows[3 * i + 2] & 0xFF);
      Byte index = palette.get(colour);
      if (index == null) {
        if (palette.size() == 256) {
          throw new IllegalArgumentException("a palette has at most 256 colours");
        }
        index = (byte) palette.size();
        palette.put(colour, index);
        colours.write(rows, 3 * i, 3);
      }
      indices[i] = index;
    }
    PngFile png = new PngFile();
    png.header(image, 8, TYPE_PALETTE);
    png.chunk("PLTE", colours.toByteArray());
    png.chunk("IDAT", deflate(indices, image.getWidth()));
    return png.finish();
  }

  private byte[] finish() {
    chunk("IEND", new byte[0]);
    return file.toByteArray();
  }

  private void header(BufferedImage image, int bitDepth, int colourType) {
    chunk(
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(image.getWidth())
            .putInt(image.getHeight())
            .put((byte) bitDepth)
            .put((byte) colourType)
            .array());
  }

  private void chunk(String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    file.writeBytes(name);
    file.writeBytes(data);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** Sequence number, the whole frame, a tenth of a second, no disposal, no blending. */
  private static byte[] frameControl(int sequence, BufferedImage image) {
    return ByteBuffer.allocate(26)
        .putInt(sequence)
        .putInt(image.getWidth())
        .putInt(image.getHeight())
        .putInt(0)
        .putInt(0)
        .putShort((short) 1)
        .putShort((short) 10)
        .array();
  }

  /** uint8 [height, width, 3], RGB, row-major. */
  private static byte[] rgbRows(BufferedImage image) {
    byte[] pixels =
        (byte[])
            image
                .getRaster()
                .getDataElements(0, 0, image.getWidth(), image.getHeight(), (Object) null);
    return pixels;
  }

  /** Filters and compresses rows; a row that equals the one above becomes zeros. */
  private static byte[] deflate(byte[] rows, int rowBytes) {
    int height = rows.length / rowBytes;
    byte[] filtered = new byte[rows.length + height];
    for (int y = 0; y < height; y++) {
      int from = y * rowBytes;
      int to = y * (rowBytes + 1);
      filtered[to] = y == 0 ? FILTER_NONE : FILTER_UP;
      for (int x = 0; x < rowBytes; x++) {
        int above = y == 0 ? 0 : rows[from + x - rowBytes];
        filtered[to + 1 + x] = (byte) (rows[from + x] - above);
      }
    }
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    deflater.setInput(filtered);
    deflater.finish();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(filtered.length / 8);
    byte[] buffer = new byte[1 << 14];
    while (!deflater.finished()) {
      compressed.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return compressed.toByteArray();
  }
}
