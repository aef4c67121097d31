package io.pairstream.image.worker.pixels;

import java.awt.color.ICC_Profile;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * An RGB profile's way to sRGB where it is three lights and three curves, which nearly all profiles
 * of photographs are: tables, in a third of the time that Little CMS takes.
 *
 * <p>A level becomes the amounts of sRGB's three lights that it stands for. The amounts of a
 * pixel's three levels are added, and each sum becomes a level of sRGB.
 */
final class MatrixShaper {

  /** Full light. */
  private static final int ONE = 1 << 14;

  /**
   * Added to each sum, so that none is negative: even ProPhoto's pixels need -1.03 to 2.04 of
   * sRGB's lights.
   */
  private static final int BIAS = ONE * 3 / 2;

  /** Bits of an amount; a pixel's three lie beside each other in a long. */
  private static final int FIELD = 20;

  private static final int[] LIGHTS = {
    ICC_Profile.icSigBlueColorantTag,
    ICC_Profile.icSigGreenColorantTag,
    ICC_Profile.icSigRedColorantTag
  };
  private static final int[] CURVES = {
    ICC_Profile.icSigBlueTRCTag, ICC_Profile.icSigGreenTRCTag, ICC_Profile.icSigRedTRCTag
  };

  /** Level of sRGB by biased light. */
  private static final byte[] LEVELS = levels();

  /** By level, of blue, green and red. */
  private final long[][] amounts = new long[3][256];

  private MatrixShaper(ICC_Profile source) {
    double[][] to = new double[3][];
    for (int light = 0; light < 3; light++) {
      to[light] = xyz(ColourConversion.SRGB, LIGHTS[light]);
    }
    double all = RgbLights.volume(to[0], to[1], to[2]);
    for (int channel = 0; channel < 3; channel++) {
      double[] xyz = xyz(source, LIGHTS[channel]);
      DoubleUnaryOperator curve = curve(source, CURVES[channel]);
      double[] strengths = {
        RgbLights.volume(xyz, to[1], to[2]) / all,
        RgbLights.volume(to[0], xyz, to[2]) / all,
        RgbLights.volume(to[0], to[1], xyz) / all
      };
      for (int level = 0; level < 256; level++) {
        double light = curve.applyAsDouble(level / 255.0);
        for (int i = 0; i < 3; i++) {
          long biased = Math.round(light * strengths[i] * ONE) + (channel == 0 ? BIAS : 0);
          amounts[channel][level] += biased << (i * FIELD);
        }
      }
    }
  }

  private static byte[] levels() {
    DoubleUnaryOperator curve = curve(ColourConversion.SRGB, CURVES[1]);
    byte[] levels = new byte[4 * ONE];
    int level = 0;
    for (int i = 0; i < levels.length; i++) {
      while (level < 255 && curve.applyAsDouble((level + 0.5) / 255) * ONE < i - BIAS) {
        level++;
      }
      levels[i] = (byte) level;
    }
    return levels;
  }

  /** The tables of a profile; nothing where it is not of lights and curves that are known here. */
  static Optional<MatrixShaper> of(ICC_Profile source) {
    try {
      return Optional.of(new MatrixShaper(source));
    } catch (RuntimeException e) {
      return Optional.empty(); // a tag is missing, cut short or of another kind
    }
  }

  /** Converts uint8 [pixels, 3], BGR, which stay as they are. */
  byte[] apply(byte[] bgr) {
    long[] blue = amounts[0];
    long[] green = amounts[1];
    long[] red = amounts[2];
    byte[] converted = new byte[bgr.length];
    for (int i = 0; i + 2 < bgr.length; i += 3) {
      long sums = blue[bgr[i] & 0xFF] + green[bgr[i + 1] & 0xFF] + red[bgr[i + 2] & 0xFF];
      converted[i] = level(sums);
      converted[i + 1] = level(sums >> FIELD);
      converted[i + 2] = level(sums >> (2 * FIELD));
    }
    return converted;
  }

  /** Sums that no usable profile reaches become any level, so that no index has to be checked. */
  private static byte level(long sums) {
    return LEVELS[(int) sums & (LEVELS.length - 1)];
  }

  /** CIE XYZ of a light, adapted to D50: ICC.1:2022, 10.31. */
  private static double[] xyz(ICC_Profile profile, int tag) {
    ByteBuffer data = ByteBuffer.wrap(profile.getData(tag));
    return new double[] {fixed(data, 8), fixed(data, 12), fixed(data, 16)};
  }

  private static double fixed(ByteBuffer data, int at) {
    return data.getInt(at) / 65536.0;
  }

  /** How a level becomes light, both 0 to 1: ICC.1:2022, 10.6 and types 0 and 3 of 10.18. */
  private static DoubleUnaryOperator curve(ICC_Profile profile, int tag) {
    ByteBuffer data = ByteBuffer.wrap(profile.getData(tag));
    if (data.get(0) == 'c') {
      int count = data.getInt(8);
      return switch (count) {
        case 0 -> level -> level;
        case 1 -> level -> Math.pow(level, data.getChar(12) / 256.0);
        default ->
            level -> {
              int below = (int) Math.min(level * (count - 1), count - 2);
              double from = data.getChar(12 + 2 * below);
              double to = data.getChar(14 + 2 * below);
              return (from + (to - from) * (level * (count - 1) - below)) / 65535;
            };
      };
    }
    double power = fixed(data, 12);
    return switch (data.getChar(8)) {
      case 0 -> level -> Math.pow(level, power);
      case 3 ->
          new RgbLights.Curve(
              power, fixed(data, 16), fixed(data, 20), fixed(data, 24), fixed(data, 28));
      default -> throw new IllegalArgumentException("another kind of curve");
    };
  }
}
