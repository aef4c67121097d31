package io.pairstream.drawing;

import io.pairstream.drawing.Scene.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Makes up scenes: what stands where, and how one says so in English and in Chinese.
 *
 * <p>Shares of the width or height below leave each figure inside the picture and its middle
 * uncovered.
 */
final class SceneComposer {

  /** How far a shade may be from its colour, per channel. */
  private static final int SHADE = 6;

  private static final List<String> ENGLISH_NUMBERS =
      List.of("zero", "one", "two", "three", "four");
  private static final List<String> CHINESE_NUMBERS = List.of("零", "一", "两", "三", "四");
  private static final List<String> CHINESE_OPENINGS = List.of("", "图中，", "画面上，");

  private final SplittableRandom random;
  private final int width;
  private final int height;
  private final Backdrop backdrop;
  private final List<Colour> colours;

  /**
   * @param greyOnly whether the scene must look the same in greyscale
   * @param onWhite whether the backdrop must be white
   */
  SceneComposer(
      SplittableRandom random, int widthPx, int heightPx, boolean greyOnly, boolean onWhite) {
    this.random = random;
    this.width = widthPx;
    this.height = heightPx;
    List<Backdrop> backdrops =
        Stream.of(Backdrop.values())
            .filter(candidate -> !greyOnly || candidate.isGrey())
            .filter(candidate -> !onWhite || candidate == Backdrop.WHITE)
            .toList();
    this.backdrop = any(backdrops);
    this.colours =
        Stream.of(Colour.values())
            .filter(colour -> !greyOnly || colour.isGrey())
            .filter(backdrop::shows)
            .toList();
  }

  Scene compose() {
    return switch (random.nextInt(4)) {
      case 0 -> single();
      case 1 -> counted();
      default -> twoApart();
    };
  }

  /** One thing alone, in the middle or in a corner. */
  Scene single() {
    Named thing = named();
    double side = Math.min(width, height);
    if (random.nextInt(2) == 0) {
      int corner = random.nextInt(4);
      boolean right = corner % 2 == 1;
      boolean bottom = corner / 2 == 1;
      Thing placed =
          place(thing, right ? 0.74 : 0.26, bottom ? 0.74 : 0.26, side * vary(0.26, 0.38));
      String where = (bottom ? "bottom" : "top") + (right ? " right" : " left");
      return scene(
          List.of(placed),
          opening(thing.english("")) + " in the " + where + " corner, on " + onBackdrop() + ".",
          "%s背景的%s%s角有%s。"
              .formatted(
                  backdrop.chinese(), right ? "右" : "左", bottom ? "下" : "上", thing.chinese("")));
    }
    int scale = random.nextInt(3);
    String size = List.of("small ", "", "large ").get(scale);
    String chineseSize = List.of("很小的", "", "很大的").get(scale);
    double share = List.of(vary(0.2, 0.25), vary(0.38, 0.46), vary(0.62, 0.8)).get(scale);
    return scene(
        List.of(place(thing, 0.5, 0.5, side * share)),
        opening(thing.english(size)) + " in the middle, on " + onBackdrop() + ".",
        backdrop.chinese() + "背景的正中间有" + thing.chinese(chineseSize) + "。");
  }

  private Scene counted() {
    Named thing = named();
    int count = 2 + random.nextInt(3);
    double size = Math.min(width * 0.78 / count, height * 0.6) * vary(0.8, 1);
    List<Thing> things = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      things.add(place(thing, (i + 0.5) / count, 0.5, size));
    }
    String counted =
        ENGLISH_NUMBERS.get(count) + " " + thing.colour().english() + " " + thing.figure().plural();
    String there = random.nextInt(2) == 0 ? capital(counted) : "There are " + counted;
    return scene(
        things,
        there + " in a row on " + onBackdrop() + ".",
        "%s%s%s%s的%s排成一排，背景是%s的。"
            .formatted(
                any(CHINESE_OPENINGS),
                CHINESE_NUMBERS.get(count),
                thing.figure().measureWord(),
                thing.colour().chinese(),
                thing.figure().chinese(),
                backdrop.chinese()));
  }

  private Scene twoApart() {
    Named first = named();
    Named second = namedUnlike(first);
    boolean sideways = width > height * 1.2 || (height < width * 1.2 && random.nextInt(2) == 0);
    double size =
        sideways ? Math.min(width * 0.38, height * 0.7) : Math.min(height * 0.38, width * 0.7);
    boolean before = random.nextInt(2) == 0;
    double here = before ? 0.27 : 0.73;
    Thing one = place(first, sideways ? here : 0.5, sideways ? 0.5 : here, size * vary(0.75, 1));
    Thing other =
        place(second, sideways ? 1 - here : 0.5, sideways ? 0.5 : 1 - here, size * vary(0.75, 1));
    String english;
    String chinese;
    if (sideways) {
      english = before ? "to the left of" : "to the right of";
      chinese = before ? "左边" : "右边";
    } else {
      english = before ? "above" : "below";
      chinese = before ? "上方" : "下方";
    }
    return scene(
        List.of(one, other),
        "%s %s %s on %s."
            .formatted(opening(first.english("")), english, second.english(""), onBackdrop()),
        "%s%s在%s的%s，背景是%s的。"
            .formatted(
                any(CHINESE_OPENINGS),
                first.chinese(""),
                second.chinese(""),
                chinese,
                backdrop.chinese()));
  }

  private Scene scene(List<Thing> things, String english, String chinese) {
    return new Scene(width, height, backdrop, things, english, chinese);
  }

  /** A sentence's beginning that carries the noun phrase. */
  private String opening(String thing) {
    return switch (random.nextInt(4)) {
      case 0 -> "A drawing of " + thing;
      case 1 -> "There is " + thing;
      default -> capital(thing);
    };
  }

  private String onBackdrop() {
    return article(backdrop.english()) + " " + backdrop.english() + " background";
  }

  private Named named() {
    return new Named(any(List.of(Figure.values())), any(colours));
  }

  private Named namedUnlike(Named other) {
    Named candidate = named();
    while (candidate.equals(other)) {
      candidate = named();
    }
    return candidate;
  }

  private Thing place(Named thing, double acrossShare, double downShare, double size) {
    return new Thing(
        thing.figure(),
        thing.colour(),
        shade(thing.colour()),
        width * (acrossShare + vary(-0.015, 0.015)),
        height * (downShare + vary(-0.015, 0.015)),
        size);
  }

  private int shade(Colour colour) {
    // The same step for each channel keeps grey grey.
    int step = random.nextInt(-SHADE, SHADE + 1);
    int shaded = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int channel = Math.max(0, Math.min(255, ((colour.rgb() >> shift) & 0xFF) + step));
      shaded |= channel << shift;
    }
    return shaded;
  }

  private double vary(double from, double to) {
    return from + (to - from) * random.nextDouble();
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  static String article(String word) {
    return "aeiou".indexOf(word.charAt(0)) >= 0 ? "an" : "a";
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** A figure in a colour, in words. */
  private record Named(Figure figure, Colour colour) {

    /** {@code an orange leaf}, {@code a large orange leaf}. */
    String english(String size) {
      String words = size + colour.english() + " " + figure.singular();
      return article(words) + " " + words;
    }

    /** {@code 一片橙色的叶子}, {@code 一片很大的橙色叶子}. */
    String chinese(String size) {
      return "一"
          + figure.measureWord()
          + size
          + colour.chinese()
          + (size.isEmpty() ? "的" : "")
          + figure.chinese();
    }
  }
}
