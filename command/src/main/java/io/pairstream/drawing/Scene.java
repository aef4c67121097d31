package io.pairstream.drawing;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One or two coloured things on a background, and a sentence in each language that is true of them.
 *
 * @param things none of them over another
 */
record Scene(
    int widthPx,
    int heightPx,
    Colour background,
    List<Thing> things,
    String english,
    String chinese) {

  /** How much of grey is in the strokes over the background, of 255. */
  private static final int FAINT = 16;

  private static final int STROKES = 10;

  /**
   * A colour that things are drawn in, far enough from the others that its name is beyond doubt.
   */
  enum Colour {
    RED("红色", 0xD62828),
    YELLOW("黄色", 0xFAD428),
    GREEN("绿色", 0x2E963C),
    BLUE("蓝色", 0x285AD6),
    PINK("粉色", 0xFA8CB4),
    BLACK("黑色", 0x191919),
    WHITE("白色", 0xFAFAFA);

    final String english = name().toLowerCase(Locale.ROOT);
    final String chinese;

    /** 0xRRGGBB, sRGB. */
    final int rgb;

    Colour(String chinese, int rgb) {
      this.chinese = chinese;
      this.rgb = rgb;
    }
  }

  /** A thing that is drawn: an outline in a square of side 1 around 0, whose middle is inside. */
  enum Figure {
    CIRCLE("个", "圆形", new Ellipse2D.Double(-0.5, -0.5, 1, 1)),
    SQUARE("个", "正方形", polygon(-.45, -.45, .45, -.45, .45, .45, -.45, .45)),
    TRIANGLE("个", "三角形", polygon(0, -.5, .5, .45, -.5, .45)),
    HOUSE("座", "房子", polygon(0, -.5, .5, -.1, .4, -.1, .4, .5, -.4, .5, -.4, -.1, -.5, -.1)),
    TREE("棵", "树", polygon(0, -.5, .4, .2, .1, .2, .1, .5, -.1, .5, -.1, .2, -.4, .2)),
    BOAT("艘", "小船", polygon(-.2, -.5, .4, .2, .5, .2, .3, .5, -.3, .5, -.5, .2, -.2, .2)),
    FISH("条", "鱼", polygon(-.5, 0, -.1, -.3, .2, -.1, .5, -.3, .5, .3, .2, .1, -.1, .3));

    private final String english = name().toLowerCase(Locale.ROOT);

    /** The Chinese measure word that counts such things. */
    private final String measureWord;

    private final String chinese;
    private final Shape outline;

    Figure(String measureWord, String chinese, Shape outline) {
      this.measureWord = measureWord;
      this.chinese = chinese;
      this.outline = outline;
    }

    /** The bare name in a language. */
    String in(String language) {
      return language.equals("zh") ? chinese : english;
    }

    private static Shape polygon(double... corners) {
      Path2D path = new Path2D.Double();
      path.moveTo(corners[0], corners[1]);
      for (int i = 2; i < corners.length; i += 2) {
        path.lineTo(corners[i], corners[i + 1]);
      }
      path.closePath();
      return path;
    }
  }

  /**
   * A thing in the picture.
   *
   * @param centreX px
   * @param size side of the square around it, px
   */
  record Thing(Figure figure, Colour colour, double centreX, double centreY, double size) {

    private String english() {
      return "a " + colour.english + " " + figure.english;
    }

    /** {@code 一棵绿色的树}. */
    private String chinese() {
      return "一" + figure.measureWord + colour.chinese + "的" + figure.chinese;
    }

    private Shape outline() {
      AffineTransform place = AffineTransform.getTranslateInstance(centreX, centreY);
      place.scale(size, size);
      return place.createTransformedShape(figure.outline);
    }
  }

  /** A thing in the middle. */
  static Scene ofOne(SplittableRandom random, int width, int height) {
    Colour background = any(random, Colour.values());
    double size = Math.min(width, height) * random.nextDouble(0.3, 0.8);
    Thing middle = thing(random, background, width * 0.5, height * 0.5, size);
    return new Scene(
        width,
        height,
        background,
        List.of(middle),
        "A%s in the middle, on a %s background."
            .formatted(middle.english().substring(1), background.english),
        background.chinese + "背景的正中间有" + middle.chinese() + "。");
  }

  /** A thing beside another, or above it. */
  static Scene ofTwo(SplittableRandom random, int width, int height) {
    Colour background = any(random, Colour.values());
    boolean sideways = width > height;
    double size = Math.min(Math.max(width, height) * 0.38, Math.min(width, height) * 0.7);
    double x = width * (sideways ? 0.27 : 0.5);
    double y = height * (sideways ? 0.5 : 0.27);
    Thing one = thing(random, background, x, y, size * random.nextDouble(0.75, 1));
    Thing other =
        thing(random, background, width - x, height - y, size * random.nextDouble(0.75, 1));
    return new Scene(
        width,
        height,
        background,
        List.of(one, other),
        "A%s %s %s, on a %s background."
            .formatted(
                one.english().substring(1),
                sideways ? "to the left of" : "above",
                other.english(),
                background.english),
        "%s在%s的%s，背景是%s的。"
            .formatted(one.chinese(), other.chinese(), sideways ? "左边" : "上方", background.chinese));
  }

  private static Thing thing(
      SplittableRandom random, Colour background, double x, double y, double size) {
    Colour[] others =
        Stream.of(Colour.values()).filter(one -> one != background).toArray(Colour[]::new);
    return new Thing(any(random, Figure.values()), any(random, others), x, y, size);
  }

  private static <T> T any(SplittableRandom random, T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** The scene as uint8 [height, width, 3], BGR; faint strokes make each background another. */
  BufferedImage paint(SplittableRandom random) {
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(new Color(background.rgb));
    graphics.fillRect(0, 0, widthPx, heightPx);
    for (int i = 0; i < STROKES; i++) {
      // Over the background, hardly to be seen.
      graphics.setColor(new Color(0x80, 0x80, 0x80, random.nextInt(FAINT)));
      graphics.fillRect(
          random.nextInt(widthPx),
          random.nextInt(heightPx),
          4 + random.nextInt(widthPx / 2),
          2 + random.nextInt(heightPx / 8));
    }
    for (Thing thing : things) {
      graphics.setColor(new Color(thing.colour().rgb));
      graphics.fill(thing.outline());
    }
    graphics.dispose();
    return image;
  }
}
