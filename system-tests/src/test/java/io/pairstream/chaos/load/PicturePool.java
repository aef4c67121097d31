package io.pairstream.chaos.load;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Small pictures, drawn once; each file that is taken from here is made another one by a comment in
 * it, which costs next to nothing. Thread-safe.
 */
final class PicturePool {

  static final int MIN_SIDE_PX = 64;
  private static final int MAX_SIDE_PX = 96;
  private static final int PICTURES = 48;

  /** Signature and header of a PNG file: what stands before its first other chunk. */
  private static final int PNG_HEADER_BYTES = 33;

  private final List<byte[]> jpegs = new ArrayList<>();
  private final List<byte[]> pngs = new ArrayList<>();
  private final byte[] small;

  PicturePool(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < PICTURES; i++) {
      int width = random.nextInt(MIN_SIDE_PX, MAX_SIDE_PX + 1);
      int height = random.nextInt(MIN_SIDE_PX, MAX_SIDE_PX + 1);
      BufferedImage picture = drawn(random, width, height);
      jpegs.add(file(picture, "jpeg"));
      if (i % 4 == 0) {
        pngs.add(file(picture, "png"));
      }
    }
    small = file(drawn(random, MIN_SIDE_PX / 2, MIN_SIDE_PX / 2), "jpeg");
  }

  /** A file that no other number gives: four of five are JPEG, the others PNG. */
  byte[] file(SplittableRandom random, String comment) {
    return random.nextInt(5) == 0
        ? pngWith(comment, pngs.get(random.nextInt(pngs.size())))
        : jpeg(random, comment);
  }

  byte[] jpeg(SplittableRandom random, String comment) {
    return jpegWith(comment, jpegs.get(random.nextInt(jpegs.size())));
  }

  /** A picture of half the shortest side. */
  byte[] small(String comment) {
    return jpegWith(comment, small);
  }

  /** A PNG file that declares sides of its own, with the right checksum. */
  byte[] pngOf(int sidePx, String comment) {
    byte[] png = pngs.get(0).clone();
    ByteBuffer.wrap(png).putInt(16, sidePx).putInt(20, sidePx);
    ByteBuffer.wrap(png).putInt(29, checksum(png, 12, 17));
    return pngWith(comment, png);
  }

  private static byte[] jpegWith(String comment, byte[] jpeg) {
    byte[] text = comment.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = ByteBuffer.allocate(jpeg.length + 4 + text.length);
    file.put(jpeg, 0, 2); // the start marker
    file.put((byte) 0xFF).put((byte) 0xFE).putShort((short) (2 + text.length)).put(text);
    file.put(jpeg, 2, jpeg.length - 2);
    return file.array();
  }

  private static byte[] pngWith(String comment, byte[] png) {
    byte[] text = ("tEXtComment\0" + comment).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = ByteBuffer.allocate(png.length + 8 + text.length);
    file.put(png, 0, PNG_HEADER_BYTES);
    file.putInt(text.length - 4).put(text).putInt(checksum(text, 0, text.length));
    file.put(png, PNG_HEADER_BYTES, png.length - PNG_HEADER_BYTES);
    return file.array();
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, from, length);
    return (int) checksum.getValue();
  }

  private static BufferedImage drawn(SplittableRandom random, int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = picture.createGraphics();
    pen.setPaint(new GradientPaint(0, 0, colour(random), width, height, colour(random)));
    pen.fillRect(0, 0, width, height);
    for (int i = 0; i < 12; i++) {
      pen.setColor(colour(random));
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int side = random.nextInt(4, 30);
      if (random.nextBoolean()) {
        pen.fillOval(x, y, side, side);
      } else {
        pen.fillRect(x, y, side, side / 2 + 1);
      }
    }
    pen.dispose();
    return picture;
  }

  private static Color colour(SplittableRandom random) {
    return new Color(random.nextInt(0x1000000));
  }

  private static byte[] file(BufferedImage picture, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 13);
    try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(picture, format, output)) {
        throw new IllegalStateException("no writer of " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }
}
