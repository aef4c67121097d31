package io.pairstream.drawing;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Draws scenes with Java2D. */
final class ScenePainter {

  /** How far the strokes in the background are from its colour, per channel. */
  private static final int FAINT = 7;

  private static final int STROKES = 10;

  private ScenePainter() {}

  /** The scene as uint8 [height, width, 3], BGR. */
  static BufferedImage paint(Scene scene, SplittableRandom random) {
    BufferedImage image =
        new BufferedImage(scene.widthPx(), scene.heightPx(), BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(scene.backdrop().rgb()));
    graphics.fillRect(0, 0, scene.widthPx(), scene.heightPx());
    drawStrokes(scene, random, graphics);
    drawThings(scene, graphics);
    graphics.dispose();
    return image;
  }

  /** The scene's things alone on nothing, as packed ARGB [height, width]. */
  static BufferedImage paintOnNothing(Scene scene) {
    BufferedImage image =
        new BufferedImage(scene.widthPx(), scene.heightPx(), BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = image.createGraphics();
    drawThings(scene, graphics);
    graphics.dispose();
    return image;
  }

  /** The scene as uint8 [height, width], grey levels. */
  static BufferedImage paintGrey(Scene scene, SplittableRandom random) {
    BufferedImage colour = paint(scene, random);
    BufferedImage grey =
        new BufferedImage(scene.widthPx(), scene.heightPx(), BufferedImage.TYPE_BYTE_GRAY);
    // Copied by hand: Java2D would go through linear light and change the levels.
    int[] row = new int[scene.widthPx()];
    for (int y = 0; y < scene.heightPx(); y++) {
      colour.getRaster().getSamples(0, y, scene.widthPx(), 1, 1, row);
      grey.getRaster().setSamples(0, y, scene.widthPx(), 1, 0, row);
    }
    return grey;
  }

  /** Faint strokes, so that no two backgrounds are alike. */
  private static void drawStrokes(Scene scene, SplittableRandom random, Graphics2D graphics) {
    for (int i = 0; i < STROKES; i++) {
      int step = random.nextInt(-FAINT, FAINT + 1);
      graphics.setColor(new Color(shift(scene.backdrop().rgb(), step)));
      graphics.fillRect(
          random.nextInt(scene.widthPx()),
          random.nextInt(scene.heightPx()),
          4 + random.nextInt(scene.widthPx() / 2),
          2 + random.nextInt(scene.heightPx() / 8));
    }
  }

  private static int shift(int rgb, int step) {
    int shifted = 0;
    for (int bits = 0; bits <= 16; bits += 8) {
      shifted |= Math.max(0, Math.min(255, ((rgb >> bits) & 0xFF) + step)) << bits;
    }
    return shifted;
  }

  private static void drawThings(Scene scene, Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    for (Scene.Thing thing : scene.things()) {
      graphics.setColor(new Color(thing.rgb()));
      graphics.fill(thing.figure().outline(thing.centreX(), thing.centreY(), thing.size()));
    }
  }
}
