package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Changes brightness, contrast, saturation and hue, in this order, as one linear map of each pixel.
 *
 * <p>Four numbers are drawn, whatever is switched on: {@code b = between(1 - brightness, 1 +
 * brightness)}, {@code k} likewise of contrast, {@code s} of saturation, and {@code h =
 * between(-hue, hue)}, a part of a full turn. With L = 0.213 R + 0.715 G + 0.072 B, and m the mean
 * of L over the whole picture as it comes:
 *
 * <pre>
 * brightness   v := b v
 * contrast     v := k v + (1 - k) b m
 * saturation   v := s v + (1 - s) L
 * hue          a turn by h about the grey axis that keeps L
 * </pre>
 *
 * Saturation and hue are the matrices of <a
 * href="https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement">feColorMatrix</a>. The four
 * make {@code out_i = sum_j M_ij v_j + t}; M and t become whole numbers of 2^-16, {@code floor(x
 * 2^16 + 0.5)}, and out is {@code (sum + 2^15) >> 16}, cut to 0 to 255 once, at the end. {@code m =
 * (213 sum R + 715 sum G + 72 sum B) / 1000 / pixels}. In a grey picture L is the value itself, m
 * its mean, and saturation and hue change nothing.
 *
 * @param brightness 0 to 1
 * @param contrast 0 to 1
 * @param saturation 0 to 1
 * @param hue 0 to 0.5; all four 0 switch it off
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue) {

  static final String NAME = "colour";
  private static final int ONE = 1 << 16;

  /** Leaves colours as they are. */
  public static final ColourJitter OFF = new ColourJitter(0, 0, 0, 0);

  public ColourJitter {
    Range.require("colour: brightness", brightness, 0, 1);
    Range.require("colour: contrast", contrast, 0, 1);
    Range.require("colour: saturation", saturation, 0, 1);
    Range.require("colour: hue", hue, 0, 0.5);
  }

  boolean isOff() {
    return equals(OFF);
  }

  void apply(RandomNumbers random, Picture picture) {
    double b = random.between(1 - brightness, 1 + brightness);
    double k = random.between(1 - contrast, 1 + contrast);
    double s = random.between(1 - saturation, 1 + saturation);
    double h = random.between(-hue, hue);
    double offset = contrast == 0 ? 0 : (1 - k) * b * meanLuma(picture);
    if (picture.channels() == 1) {
      shiftGrey(picture, fixed(k * b), fixed(offset));
    } else {
      shift(picture, matrix(k * b, s, h), fixed(offset));
    }
  }

  /** [3, 3], row-major, in units of 2^-16. */
  private static int[] matrix(double gain, double s, double h) {
    double[] saturate = {
      0.213 + 0.787 * s,
      0.715 - 0.715 * s,
      0.072 - 0.072 * s,
      0.213 - 0.213 * s,
      0.715 + 0.285 * s,
      0.072 - 0.072 * s,
      0.213 - 0.213 * s,
      0.715 - 0.715 * s,
      0.072 + 0.928 * s
    };
    double cos = StrictMath.cos(2 * Math.PI * h);
    double sin = StrictMath.sin(2 * Math.PI * h);
    double[] turn = {
      0.213 + cos * 0.787 - sin * 0.213,
      0.715 - cos * 0.715 - sin * 0.715,
      0.072 - cos * 0.072 + sin * 0.928,
      0.213 - cos * 0.213 + sin * 0.143,
      0.715 + cos * 0.285 + sin * 0.140,
      0.072 - cos * 0.072 - sin * 0.283,
      0.213 - cos * 0.213 - sin * 0.787,
      0.715 - cos * 0.715 + sin * 0.715,
      0.072 + cos * 0.928 + sin * 0.072
    };
    int[] whole = new int[9];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        double sum = 0;
        for (int i = 0; i < 3; i++) {
          sum += turn[row * 3 + i] * saturate[i * 3 + column];
        }
        whole[row * 3 + column] = fixed(gain * sum);
      }
    }
    return whole;
  }

  private static void shift(Picture picture, int[] m, int offset) {
    byte[] pixels = picture.pixels();
    int t = offset + ONE / 2;
    int length = picture.length();
    for (int at = 0; at < length; at += 3) {
      int red = pixels[at] & 0xff;
      int green = pixels[at + 1] & 0xff;
      int blue = pixels[at + 2] & 0xff;
      pixels[at] = cut((m[0] * red + m[1] * green + m[2] * blue + t) >> 16);
      pixels[at + 1] = cut((m[3] * red + m[4] * green + m[5] * blue + t) >> 16);
      pixels[at + 2] = cut((m[6] * red + m[7] * green + m[8] * blue + t) >> 16);
    }
  }

  private static void shiftGrey(Picture picture, int gain, int offset) {
    byte[] pixels = picture.pixels();
    int length = picture.length();
    for (int at = 0; at < length; at++) {
      pixels[at] = cut((gain * (pixels[at] & 0xff) + offset + ONE / 2) >> 16);
    }
  }

  private static double meanLuma(Picture picture) {
    byte[] pixels = picture.pixels();
    int length = picture.length();
    if (picture.channels() == 1) {
      long sum = 0;
      for (int at = 0; at < length; at++) {
        sum += pixels[at] & 0xff;
      }
      return (double) sum / length;
    }
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int at = 0; at < length; at += 3) {
      red += pixels[at] & 0xff;
      green += pixels[at + 1] & 0xff;
      blue += pixels[at + 2] & 0xff;
    }
    return (213 * red + 715 * green + 72 * blue) / 1000.0 / (length / 3.0);
  }

  private static int fixed(double value) {
    return (int) Math.floor(value * ONE + 0.5);
  }

  private static byte cut(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
