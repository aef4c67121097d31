package io.pairstream.system;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures of things that have a name, drawn: the same number draws the same picture. */
final class DrawnScenes {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

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

  /** Says what the picture of that number shows. */
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

  private static void draw(Graphics2D pen, int kind, Random random) {
    float turn = (random.nextFloat() - 0.5f) * 0.13f;
    switch (kind) {
      case 0 -> boat(pen, random, turn);
      case 1 -> hills(pen, random, turn);
      case 2 -> city(pen, random, turn);
      case 3 -> balloon(pen, random, turn);
      case 4 -> flowers(pen, random, turn);
      case 5 -> forest(pen, random, turn);
      case 6 -> lighthouse(pen, random, turn);
      default -> dunes(pen, random, turn);
    }
  }

  private static Color tone(float hue, float saturation, float brightness) {
    return Color.getHSBColor(hue, saturation, brightness);
  }

  private static void sky(Graphics2D pen, Color top, Color bottom) {
    pen.setPaint(new GradientPaint(0, 0, top, 0, HEIGHT * 0.75f, bottom));
    pen.fill(new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
  }

  private static void disc(Graphics2D pen, double x, double y, double radius, Color colour) {
    pen.setPaint(colour);
    pen.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }

  /** A line of hills: filled from a wave down to the ground. */
  private static void ridge(
      Graphics2D pen, Random random, double y, double swing, double length, Color colour) {
    Path2D ridge = new Path2D.Double();
    double phase = random.nextDouble() * 6;
    ridge.moveTo(0, HEIGHT);
    for (int x = 0; x <= WIDTH; x += 8) {
      double wave = Math.sin(x / length + phase) + 0.4 * Math.sin(x / (length * 0.37) + phase * 2);
      ridge.lineTo(x, y - swing * wave);
    }
    ridge.lineTo(WIDTH, HEIGHT);
    ridge.closePath();
    pen.setPaint(colour);
    pen.fill(ridge);
  }

  private static void shape(Graphics2D pen, Color colour, double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    pen.setPaint(colour);
    pen.fill(path);
  }

  private static void boat(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.68f + turn, 0.45f, 0.55f), tone(0.07f + turn, 0.45f, 0.98f));
    double sun = 160 + random.nextInt(320);
    disc(pen, sun, 282, 46, tone(0.11f, 0.45f, 1f));
    pen.setPaint(
        new GradientPaint(
            0, 290, tone(0.06f + turn, 0.5f, 0.85f), 0, HEIGHT, tone(0.62f + turn, 0.6f, 0.4f)));
    pen.fill(new Rectangle2D.Double(0, 290, WIDTH, HEIGHT));
    pen.setPaint(new Color(255, 240, 205, 120));
    for (int i = 0; i < 16; i++) {
      double width = 20 + random.nextInt(70);
      pen.fill(
          new RoundRectangle2D.Double(
              sun - width / 2 + random.nextInt(40) - 20, 300 + i * 10, width, 3, 3, 3));
    }
    double x = 120 + random.nextInt(360);
    shape(pen, tone(0.03f, 0.55f, 0.32f), x - 70, 336, x + 70, 336, x + 46, 366, x - 50, 366);
    shape(pen, new Color(250, 246, 236), x - 4, 200, x - 4, 328, x - 66, 328);
    shape(pen, tone(0.02f + turn, 0.6f, 0.85f), x + 6, 216, x + 6, 328, x + 54, 328);
  }

  private static void hills(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.57f + turn, 0.5f, 0.92f), tone(0.55f + turn, 0.12f, 1f));
    disc(pen, 520, 90, 42, tone(0.13f, 0.35f, 1f));
    pen.setPaint(new Color(255, 255, 255, 210));
    for (int i = 0; i < 3; i++) {
      double x = 40 + random.nextInt(480);
      double y = 60 + random.nextInt(90);
      pen.fill(new Ellipse2D.Double(x, y, 96, 34));
      pen.fill(new Ellipse2D.Double(x + 28, y - 18, 64, 46));
    }
    ridge(pen, random, 270, 34, 120, tone(0.38f + turn, 0.32f, 0.72f));
    ridge(pen, random, 330, 28, 90, tone(0.33f + turn, 0.46f, 0.68f));
    double x = 140 + random.nextInt(320);
    pen.setPaint(new Color(246, 236, 218));
    pen.fill(new Rectangle2D.Double(x, 300, 78, 60));
    shape(pen, tone(0.01f, 0.65f, 0.68f), x - 12, 302, x + 39, 258, x + 90, 302);
    pen.setPaint(tone(0.6f, 0.35f, 0.45f));
    pen.fill(new Rectangle2D.Double(x + 14, 318, 18, 18));
    pen.fill(new Rectangle2D.Double(x + 48, 324, 18, 36));
    ridge(pen, random, 396, 20, 75, tone(0.29f + turn, 0.55f, 0.6f));
  }

  private static void city(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.66f + turn, 0.7f, 0.16f), tone(0.75f + turn, 0.5f, 0.42f));
    disc(pen, 520, 92, 34, new Color(247, 241, 220));
    disc(pen, 506, 84, 30, tone(0.67f + turn, 0.68f, 0.2f));
    pen.setPaint(new Color(255, 255, 255, 170));
    for (int i = 0; i < 50; i++) {
      pen.fill(new Ellipse2D.Double(random.nextInt(WIDTH), random.nextInt(220), 2.2, 2.2));
    }
    for (int row = 0; row < 2; row++) {
      for (int x = -10; x < WIDTH; ) {
        int width = 46 + random.nextInt(44);
        int top = 150 + row * 90 + random.nextInt(120);
        pen.setPaint(tone(0.66f + turn, 0.45f, row == 0 ? 0.27f : 0.15f));
        pen.fill(new Rectangle2D.Double(x, top, width, HEIGHT - top));
        for (int wx = x + 8; wx < x + width - 10; wx += 14) {
          for (int wy = top + 12; wy < HEIGHT; wy += 18) {
            if (random.nextInt(3) == 0) {
              pen.setPaint(tone(0.11f + random.nextFloat() * 0.04f, 0.55f, 0.98f));
              pen.fill(new Rectangle2D.Double(wx, wy, 7, 9));
            }
          }
        }
        x += width + 6;
      }
    }
  }

  private static void balloon(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.56f + turn, 0.42f, 0.86f), tone(0.09f + turn, 0.22f, 1f));
    for (int i = 0; i < 4; i++) {
      double peak = i * 190 + random.nextInt(70);
      double top = 230 + random.nextInt(60);
      shape(
          pen, tone(0.61f + turn, 0.3f, 0.55f), peak - 200, HEIGHT, peak, top, peak + 200, HEIGHT);
      shape(pen, Color.WHITE, peak - 30, top + 36, peak, top, peak + 30, top + 36, peak, top + 26);
    }
    ridge(pen, random, 410, 18, 80, tone(0.4f + turn, 0.4f, 0.45f));
    double x = 150 + random.nextInt(330);
    double y = 130 + random.nextInt(50);
    disc(pen, x, y, 78, tone(0.0f + turn, 0.75f, 0.85f));
    pen.setPaint(tone(0.11f + turn, 0.6f, 0.98f));
    pen.fill(new Ellipse2D.Double(x - 26, y - 78, 52, 156));
    shape(
        pen,
        tone(0.0f + turn, 0.75f, 0.72f),
        x - 46,
        y + 62,
        x + 46,
        y + 62,
        x + 14,
        y + 104,
        x - 14,
        y + 104);
    pen.setPaint(tone(0.08f, 0.6f, 0.42f));
    pen.fill(new RoundRectangle2D.Double(x - 17, y + 118, 34, 26, 8, 8));
  }

  private static void flowers(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.11f + turn, 0.18f, 0.96f), tone(0.09f + turn, 0.28f, 0.9f));
    pen.setPaint(tone(0.07f + turn, 0.5f, 0.55f));
    pen.fill(new Rectangle2D.Double(0, 372, WIDTH, HEIGHT));
    float hue = random.nextFloat();
    for (int i = -1; i <= 1; i++) {
      double x = 320 + i * (86 + random.nextInt(30));
      double y = 130 + Math.abs(i) * 40 + random.nextInt(24);
      pen.setPaint(tone(0.33f, 0.55f, 0.48f));
      pen.setStroke(new BasicStroke(8, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      Path2D stem = new Path2D.Double();
      stem.moveTo(320 + i * 12, 290);
      stem.quadTo(320 + i * 30, 210, x, y);
      pen.draw(stem);
      for (int petal = 0; petal < 8; petal++) {
        double angle = petal * Math.PI / 4;
        disc(
            pen,
            x + 32 * Math.cos(angle),
            y + 32 * Math.sin(angle),
            20,
            tone(hue + i * 0.07f, 0.62f, 0.92f));
      }
      disc(pen, x, y, 20, tone(0.13f, 0.75f, 0.95f));
    }
    Path2D vase = new Path2D.Double();
    vase.moveTo(278, 272);
    vase.curveTo(240, 330, 240, 400, 286, 420);
    vase.lineTo(354, 420);
    vase.curveTo(400, 400, 400, 330, 362, 272);
    vase.closePath();
    pen.setPaint(
        new GradientPaint(
            250, 0, tone(0.6f + turn, 0.65f, 0.75f), 390, 0, tone(0.62f + turn, 0.7f, 0.45f)));
    pen.fill(vase);
  }

  private static void forest(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.58f + turn, 0.25f, 0.82f), tone(0.58f + turn, 0.06f, 0.97f));
    ridge(pen, random, 300, 20, 110, tone(0.58f + turn, 0.12f, 0.85f));
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 7; i++) {
        double x = i * 100 + random.nextInt(70) - 30;
        double size = 0.7 + row * 0.35 + random.nextDouble() * 0.2;
        double ground = 330 + row * 52;
        Color leaf = tone(0.44f + turn, 0.4f, 0.55f - row * 0.13f);
        for (int part = 0; part < 3; part++) {
          double half = (34 - part * 7) * size;
          double top = ground - (60 + part * 34) * size;
          shape(
              pen, leaf, x - half, top + 52 * size, x, top - 14 * size, x + half, top + 52 * size);
        }
      }
      ridge(pen, random, 350 + row * 52, 8, 100, new Color(246, 249, 252));
    }
    pen.setPaint(new Color(255, 255, 255, 220));
    for (int i = 0; i < 90; i++) {
      double size = 2 + random.nextInt(4);
      pen.fill(new Ellipse2D.Double(random.nextInt(WIDTH), random.nextInt(HEIGHT), size, size));
    }
  }

  private static void lighthouse(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.6f + turn, 0.5f, 0.62f), tone(0.52f + turn, 0.2f, 0.95f));
    double x = 180 + random.nextInt(260);
    pen.setPaint(new Color(255, 246, 200, 120));
    pen.fill(new Arc2D.Double(x - 420, -210, 840, 640, -12, 24, Arc2D.PIE));
    pen.setPaint(
        new GradientPaint(
            0, 320, tone(0.55f + turn, 0.5f, 0.62f), 0, HEIGHT, tone(0.6f + turn, 0.65f, 0.32f)));
    pen.fill(new Rectangle2D.Double(0, 320, WIDTH, HEIGHT));
    shape(pen, new Color(250, 247, 240), x - 30, 350, x - 19, 128, x + 19, 128, x + 30, 350);
    Color red = tone(0.0f + turn, 0.72f, 0.75f);
    shape(pen, red, x - 27.2, 296, x - 24.6, 244, x + 24.6, 244, x + 27.2, 296);
    shape(pen, red, x - 21.9, 190, x - 19.6, 142, x + 19.6, 142, x + 21.9, 190);
    pen.setPaint(tone(0.12f, 0.6f, 1f));
    pen.fill(new Rectangle2D.Double(x - 15, 96, 30, 32));
    shape(pen, tone(0.6f, 0.4f, 0.3f), x - 24, 98, x, 68, x + 24, 98);
    ridge(pen, random, 402, 30, 130, tone(0.07f, 0.25f, 0.36f));
  }

  private static void dunes(Graphics2D pen, Random random, float turn) {
    sky(pen, tone(0.04f + turn, 0.45f, 0.95f), tone(0.12f + turn, 0.35f, 1f));
    disc(pen, 150 + random.nextInt(340), 170, 66, tone(0.12f, 0.5f, 1f));
    ridge(pen, random, 280, 30, 150, tone(0.08f + turn, 0.45f, 0.9f));
    ridge(pen, random, 335, 34, 120, tone(0.07f + turn, 0.52f, 0.8f));
    ridge(pen, random, 400, 30, 140, tone(0.06f + turn, 0.58f, 0.66f));
    ridge(pen, random, 452, 18, 90, tone(0.05f + turn, 0.6f, 0.5f));
  }
}
