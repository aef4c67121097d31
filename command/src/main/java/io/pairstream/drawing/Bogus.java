package io.pairstream.drawing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Files that come in the place of a picture that one can train on. */
final class Bogus {

  private static final short BOMB_SIDE_PX = 30_000;

  private Bogus() {}

  /** A whole BMP file. */
  static byte[] bitmap(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(image, "bmp", output);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** A GIF file of 43 bytes that declares 30000x30000 px, in two random colours. */
  static byte[] gifBomb(SplittableRandom random) {
    ByteBuffer gif = ByteBuffer.allocate(43).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    gif.putShort(BOMB_SIDE_PX).putShort(BOMB_SIDE_PX).put((byte) 0x80).put((byte) 0).put((byte) 0);
    byte[] colours = new byte[6];
    random.nextBytes(colours);
    gif.put(colours);
    gif.put(new byte[] {0x21, (byte) 0xF9, 4, 0, 0, 0, 0, 0});
    gif.put((byte) 0x2C).putInt(0).putShort(BOMB_SIDE_PX).putShort(BOMB_SIDE_PX).put((byte) 0);
    gif.put(new byte[] {2, 2, 0x44, 1, 0, 0x3B});
    return gif.array();
  }

  /** What a web server sends for a picture that is gone. */
  static byte[] webPage(long index) {
    String page =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head><title>404 Not Found</title></head>
        <body><h1>Not Found</h1><p>The picture /drawn/%d.jpg is gone.</p></body>
        </html>
        """;
    return page.formatted(index).getBytes(StandardCharsets.UTF_8);
  }

  /** Random bytes that are not in Confluent's wire format. */
  static byte[] garbage(SplittableRandom random) {
    byte[] bytes = new byte[200 + random.nextInt(1800)];
    random.nextBytes(bytes);
    bytes[0] = (byte) 0xA7;
    return bytes;
  }
}
