package io.pairstream.system;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures with captions, drawn: the same number draws the same picture. */
final class DrawnScenes {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int SHAPES = 24;

  private static final List<String> CAPTIONS =
      List.of(
          "A sailing boat on a calm sea at sunset.",
          "Green hills under a bright sky with a small house.",
          "A city at night with many lit windows.",
          "A red balloon floats over the mountains.",
          "Three flowers in a blue vase on a table.",
          "A snowy forest with tall fir trees.",
          "A lighthouse on a rock beside the ocean.",
          "Sand dunes in the desert under a large sun.");

  private DrawnScenes() {}

  /** The caption of that number. */
  static String caption(int number) {
    return CAPTIONS.get(kind(number));
  }

  private static int kind(int number) {
    return Math.floorMod(number * 5 + number / 8, CAPTIONS.size());
  }

  /**
   * The picture of that number.
   *
   * @param longerSidePx 16 to 2000
   * @return a JPEG of 4 to 3
   */
  static byte[] jpeg(int number, int longerSidePx) {
    return jpeg(number, longerSidePx, Math.max(1, longerSidePx * HEIGHT / WIDTH));
  }

  /** The middle of the same picture, as a square. */
  static byte[] square(int number, int sidePx) {
    return jpeg(number, sidePx, sidePx);
  }

  private static byte[] jpeg(int number, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    double scale = height / (double) HEIGHT;
    pen.setTransform(AffineTransform.getScaleInstance(scale, scale));
    pen.translate((width / scale - WIDTH) / 2, 0);
    draw(pen, kind(number), new Random(number * 0x9E3779B97F4A7C15L + 7));
    pen.dispose();
    try {
      ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
      ImageIO.write(image, "jpeg", jpeg);
      return jpeg.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shapes before a sky: enough detail for a photograph, and no two alike. */
  private static void draw(Graphics2D pen, int kind, Random random) {
    Color sky = Color.getHSBColor(kind / 8f, 0.5f, 0.9f);
    pen.setPaint(new GradientPaint(0, 0, sky, 0, HEIGHT, sky.darker().darker()));
    pen.fillRect(-WIDTH, 0, 3 * WIDTH, HEIGHT);
    for (int i = 0; i < SHAPES; i++) {
      pen.setColor(Color.getHSBColor(random.nextFloat(), 0.8f, 0.3f + 0.7f * random.nextFloat()));
      int side = 30 + random.nextInt(120);
      int x = random.nextInt(WIDTH - side);
      int y = random.nextInt(HEIGHT - side);
      if (random.nextBoolean()) {
        pen.fillOval(x, y, side, side);
      } else {
        pen.fillRect(x, y, side, side);
      }
    }
  }
}
