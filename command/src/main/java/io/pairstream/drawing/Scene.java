package io.pairstream.drawing;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Coloured things on a background, and a sentence in each language that is true of them.
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

  private static final List<String> ENGLISH_NUMBERS =
      List.of("zero", "one", "two", "three", "four");
  private static final List<String> CHINESE_NUMBERS = List.of("零", "一", "两", "三", "四");

  /** How far the strokes in the background are from its colour, per channel. */
  private static final int FAINT = 7;

  private static final int STROKES = 10;

  /**
   * A thing in the picture.
   *
   * @param centreX px
   * @param size side of the square around it, px
   */
  record Thing(Figure figure, Colour colour, double centreX, double centreY, double size) {
    /** {@code an orange star}. */
    String english() {
      String words = colour.english + " " + figure.singular;
      return article(words) + " " + words;
    }

    /** {@code 一颗橙色的星星}. */
    String chinese() {
      return "一" + figure.measureWord + colour.chinese + "的" + figure.chinese;
    }
  }

  /** Composes scenes of one size and on one background. */
  static final class Composer {

    private final SplittableRandom random;
    private final int width;
    private final int height;
    private final Colour background;
    private final List<Colour> colours;

    /**
     * @param greyOnly whether all of it is black, white or grey
     * @param onWhite whether the background is white
     */
    Composer(SplittableRandom random, int width, int height, boolean greyOnly, boolean onWhite) {
      this.random = random;
      this.width = width;
      this.height = height;
      List<Colour> all =
          Stream.of(Colour.values()).filter(colour -> !greyOnly || colour.isGrey()).toList();
      background = onWhite ? Colour.WHITE : any(all);
      colours = all.stream().filter(background::shows).toList();
    }

    Scene any() {
      return switch (random.nextInt(4)) {
        case 0 -> single();
        case 1 -> row();
        default -> twoApart();
      };
    }

    /** One thing alone, in the middle or in a corner. */
    Scene single() {
      double side = Math.min(width, height);
      if (random.nextBoolean()) {
        Thing middle = thing(0.5, 0.5, side * vary(0.3, 0.8));
        return scene(
            List.of(middle),
            capital(middle.english()) + " in the middle, on " + onBackground(),
            background.chinese + "背景的正中间有" + middle.chinese() + "。");
      }
      boolean right = random.nextBoolean();
      boolean bottom = random.nextBoolean();
      Thing corner = thing(right ? 0.74 : 0.26, bottom ? 0.74 : 0.26, side * vary(0.26, 0.38));
      String where = (bottom ? "bottom" : "top") + (right ? " right" : " left");
      return scene(
          List.of(corner),
          capital(corner.english()) + " in the " + where + " corner, on " + onBackground(),
          "%s背景的%s%s角有%s。"
              .formatted(
                  background.chinese, right ? "右" : "左", bottom ? "下" : "上", corner.chinese()));
    }

    private Scene row() {
      int count = 2 + random.nextInt(3);
      double size = Math.min(width * 0.78 / count, height * 0.6) * vary(0.8, 1);
      Thing first = thing(0.5 / count, 0.5, size);
      List<Thing> things = new ArrayList<>(List.of(first));
      for (int i = 1; i < count; i++) {
        double x = first.centreX() + (double) i * width / count;
        things.add(new Thing(first.figure(), first.colour(), x, first.centreY(), size));
      }
      return scene(
          things,
          "There are %s %s %s in a row on %s"
              .formatted(
                  ENGLISH_NUMBERS.get(count),
                  first.colour().english,
                  first.figure().plural,
                  onBackground()),
          "%s%s%s的%s排成一排，背景是%s的。"
              .formatted(
                  CHINESE_NUMBERS.get(count),
                  first.figure().measureWord,
                  first.colour().chinese,
                  first.figure().chinese,
                  background.chinese));
    }

    private Scene twoApart() {
      boolean sideways = width > height;
      double size = Math.min(Math.max(width, height) * 0.38, Math.min(width, height) * 0.7);
      boolean before = random.nextBoolean();
      double here = before ? 0.27 : 0.73;
      Thing one = thing(sideways ? here : 0.5, sideways ? 0.5 : here, size * vary(0.75, 1));
      Thing other = one;
      while (other.figure() == one.figure() && other.colour() == one.colour()) {
        double there = 1 - here;
        other = thing(sideways ? there : 0.5, sideways ? 0.5 : there, size * vary(0.75, 1));
      }
      String english =
          sideways ? (before ? "to the left of" : "to the right of") : (before ? "above" : "below");
      String chinese = sideways ? (before ? "左边" : "右边") : (before ? "上方" : "下方");
      return scene(
          List.of(one, other),
          "%s %s %s on %s"
              .formatted(capital(one.english()), english, other.english(), onBackground()),
          "%s在%s的%s，背景是%s的。"
              .formatted(one.chinese(), other.chinese(), chinese, background.chinese));
    }

    private Scene scene(List<Thing> things, String english, String chinese) {
      return new Scene(width, height, background, things, english, chinese);
    }

    private String onBackground() {
      return article(background.english) + " " + background.english + " background.";
    }

    private Thing thing(double acrossShare, double downShare, double size) {
      return new Thing(
          any(List.of(Figure.values())),
          any(colours),
          width * (acrossShare + vary(-0.015, 0.015)),
          height * (downShare + vary(-0.015, 0.015)),
          size);
    }

    private double vary(double from, double to) {
      return random.nextDouble(from, to);
    }

    private <T> T any(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }
  }

  static String article(String word) {
    return "aeiou".indexOf(word.charAt(0)) >= 0 ? "an" : "a";
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** The scene as uint8 [height, width, 3], BGR; faint strokes make each background another. */
  BufferedImage paint(SplittableRandom random) {
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(background.rgb));
    graphics.fillRect(0, 0, widthPx, heightPx);
    for (int i = 0; i < STROKES; i++) {
      graphics.setColor(new Color(near(background.rgb, random.nextInt(-FAINT, FAINT + 1))));
      graphics.fillRect(
          random.nextInt(widthPx),
          random.nextInt(heightPx),
          4 + random.nextInt(widthPx / 2),
          2 + random.nextInt(heightPx / 8));
    }
    paintThings(graphics);
    return image;
  }

  /** The scene's things alone on nothing, as packed ARGB [height, width]. */
  BufferedImage paintOnNothing() {
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_INT_ARGB);
    paintThings(image.createGraphics());
    return image;
  }

  /** The scene as uint8 [height, width], grey levels. */
  BufferedImage paintGrey(SplittableRandom random) {
    BufferedImage grey = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_BYTE_GRAY);
    // One channel as it is: Java2D would go through linear light and change the levels.
    grey.setData(paint(random).getData().createChild(0, 0, widthPx, heightPx, 0, 0, new int[] {0}));
    return grey;
  }

  private void paintThings(Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    for (Thing thing : things) {
      graphics.setColor(new Color(thing.colour().rgb));
      graphics.fill(thing.figure().outline(thing.centreX(), thing.centreY(), thing.size()));
    }
    graphics.dispose();
  }

  private static int near(int rgb, int step) {
    int shifted = 0;
    for (int bits = 0; bits <= 16; bits += 8) {
      shifted |= Math.max(0, Math.min(255, ((rgb >> bits) & 0xFF) + step)) << bits;
    }
    return shifted;
  }
}
