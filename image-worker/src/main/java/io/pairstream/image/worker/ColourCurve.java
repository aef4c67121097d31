package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * How a stored level, 0 to 1, becomes linear light, 0 to 1: the curve types of an ICC profile
 * (ICC.1:2022, 10.6 and 10.18), pure powers, and sRGB's own.
 */
final class ColourCurve {

  /** IEC 61966-2-1. */
  static final ColourCurve SRGB =
      new ColourCurve(x -> x <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4));

  /** ITU-R BT.709, which BT.601 and BT.2020 share. */
  static final ColourCurve BT709 =
      new ColourCurve(x -> x < 0.081 ? x / 4.5 : Math.pow((x + 0.099) / 1.099, 1 / 0.45));

  private static final int LEVELS = 256;

  private final DoubleUnaryOperator toLinear;

  private ColourCurve(DoubleUnaryOperator toLinear) {
    this.toLinear = toLinear;
  }

  static ColourCurve power(double gamma) {
    return new ColourCurve(x -> Math.pow(x, gamma));
  }

  /** The curve where what comes out is not light but CIE lightness, 0 to 1 for 0 to 100. */
  ColourCurve ofLightness() {
    return new ColourCurve(
        x -> {
          double lightness = 100 * toLinear.applyAsDouble(x);
          return lightness > 8 ? Math.pow((lightness + 16) / 116, 3) : lightness * 27 / 24389;
        });
  }

  /** Linear light of each of 256 levels. */
  double[] levels() {
    double[] levels = new double[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
      double light = toLinear.applyAsDouble(i / 255.0);
      levels[i] = light >= 0 ? Math.min(light, 1) : 0; // not a number is dark, too
    }
    return levels;
  }

  /** Reads a {@code curv} or {@code para} tag; nothing where it is neither, or cut off. */
  static Optional<ColourCurve> read(ByteBuffer tag) {
    if (tag.limit() < 12) {
      return Optional.empty();
    }
    return switch (tag.getInt(0)) {
      case 0x63757276 -> sampled(tag);
      case 0x70617261 -> parametric(tag);
      default -> Optional.empty();
    };
  }

  private static Optional<ColourCurve> sampled(ByteBuffer tag) {
    int count = tag.getInt(8);
    if (count < 0 || count > (tag.limit() - 12) / 2) {
      return Optional.empty();
    }
    if (count == 0) {
      return Optional.of(power(1));
    }
    if (count == 1) {
      return Optional.of(power((tag.getShort(12) & 0xFFFF) / 256.0));
    }
    double[] samples = new double[count];
    for (int i = 0; i < count; i++) {
      samples[i] = (tag.getShort(12 + 2 * i) & 0xFFFF) / 65535.0;
    }
    return Optional.of(
        new ColourCurve(
            x -> {
              double at = x * (count - 1);
              int below = Math.min((int) at, count - 2);
              return samples[below] + (at - below) * (samples[below + 1] - samples[below]);
            }));
  }

  private static Optional<ColourCurve> parametric(ByteBuffer tag) {
    int type = tag.getShort(8) & 0xFFFF;
    int[] parameters = {1, 3, 4, 5, 7};
    if (type >= parameters.length || tag.limit() < 12 + 4 * parameters[type]) {
      return Optional.empty();
    }
    double[] p = new double[7];
    for (int i = 0; i < parameters[type]; i++) {
      p[i] = tag.getInt(12 + 4 * i) / 65536.0;
    }
    double g = p[0];
    double a = p[1];
    double b = p[2];
    double c = p[3];
    double d = p[4];
    return Optional.of(
        new ColourCurve(
            switch (type) {
              case 0 -> x -> Math.pow(x, g);
              case 1 -> x -> x >= -b / a ? Math.pow(a * x + b, g) : 0;
              case 2 -> x -> x >= -b / a ? Math.pow(a * x + b, g) + c : c;
              case 3 -> x -> x >= d ? Math.pow(a * x + b, g) : c * x;
              default -> x -> x >= d ? Math.pow(a * x + b, g) + p[5] : c * x + p[6];
            }));
  }
}
