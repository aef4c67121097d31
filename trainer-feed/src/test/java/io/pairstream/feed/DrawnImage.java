package io.pairstream.feed;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * An image that is drawn for tests: each pixel from its place and a seed, smooth enough for JPEG.
 */
public record DrawnImage(int heightPx, int widthPx, int seed) {

  /** uint8 [height, width, 3], RGB, row-major. */
  public byte[] pixels() {
    byte[] pixels = new byte[heightPx * widthPx * 3];
    for (int y = 0; y < heightPx; y++) {
      for (int x = 0; x < widthPx; x++) {
        int at = (y * widthPx + x) * 3;
        pixels[at] = (byte) (200 + seed % 50);
        pixels[at + 1] = (byte) (y * 100 / heightPx);
        pixels[at + 2] = (byte) (x * 60 / widthPx);
      }
    }
    return pixels;
  }

  /** The image as a file: {@code jpeg} or {@code png}; the pixels themselves for {@code raw}. */
  public byte[] encoded(String encoding) {
    byte[] pixels = pixels();
    if (encoding.equals("raw")) {
      return pixels;
    }
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_INT_RGB);
    for (int at = 0; at < pixels.length; at += 3) {
      int rgb = (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff);
      image.setRGB(at / 3 % widthPx, at / 3 / widthPx, rgb);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, encoding, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }
}
