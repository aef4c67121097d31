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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Small JPEG pictures, drawn once; each file that is taken from here is made another one by a
 * comment in it, which costs next to nothing. Thread-safe.
 */
final class PicturePool {

  private static final int MIN_SIDE_PX = 64;
  private static final int MAX_SIDE_PX = 96;
  private static final int PICTURES = 48;

  private final byte[][] files;
  private final byte[] small;

  PicturePool(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    files =
        IntStream.range(0, PICTURES)
            .mapToObj(i -> drawn(random, side(random), side(random)))
            .toArray(byte[][]::new);
    small = drawn(random, MIN_SIDE_PX / 2, MIN_SIDE_PX / 2);
  }

  /** A file that no other comment gives. */
  byte[] file(SplittableRandom random, String comment) {
    return with(comment, files[random.nextInt(PICTURES)]);
  }

  /** A picture of half the shortest side. */
  byte[] small(String comment) {
    return with(comment, small);
  }

  private static byte[] with(String comment, byte[] jpeg) {
    byte[] text = comment.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = ByteBuffer.allocate(jpeg.length + 4 + text.length);
    file.put(jpeg, 0, 2); // the start marker
    file.put((byte) 0xFF).put((byte) 0xFE).putShort((short) (2 + text.length)).put(text);
    file.put(jpeg, 2, jpeg.length - 2);
    return file.array();
  }

  private static int side(SplittableRandom random) {
    return random.nextInt(MIN_SIDE_PX, MAX_SIDE_PX + 1);
  }

  private static byte[] drawn(SplittableRandom random, int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = picture.createGraphics();
    pen.setPaint(new GradientPaint(0, 0, colour(random), width, height, colour(random)));
    pen.fillRect(0, 0, width, height);
    for (int i = 0; i < 12; i++) {
      pen.setColor(colour(random));
      int side = random.nextInt(4, 30);
      pen.fillOval(random.nextInt(width), random.nextInt(height), side, side / 2 + 1);
    }
    pen.dispose();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(picture, "jpeg", file)) {
        throw new IllegalStateException("no writer of JPEG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static Color colour(SplittableRandom random) {
    return new Color(random.nextInt(0x1000000));
  }
}
