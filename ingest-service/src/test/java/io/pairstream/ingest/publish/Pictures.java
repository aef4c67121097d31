package io.pairstream.ingest.publish;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small drawn pictures. */
public final class Pictures {

  private Pictures() {}

  /** A JPEG whose bytes depend on the seed. */
  public static byte[] jpeg(int widthPx, int heightPx, long seed) {
    return drawn("jpg", widthPx, heightPx, seed);
  }

  /** A PNG whose bytes depend on the seed. */
  public static byte[] png(int widthPx, int heightPx, long seed) {
    return drawn("png", widthPx, heightPx, seed);
  }

  private static byte[] drawn(String format, int widthPx, int heightPx, long seed) {
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    int colour = random.nextInt(0x1000000);
    for (int y = 0; y < heightPx; y++) {
      for (int x = 0; x < widthPx; x++) {
        image.setRGB(x, y, (x / 8 + y / 8) % 2 == 0 ? colour : random.nextInt(0x1000000));
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return file.toByteArray();
  }
}
