package io.pairstream.image.worker.pixels;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.DoubleUnaryOperator;

/** The white and the three lights of an RGB colour space, from which its ICC profile is made. */
final class RgbLights {

  /** ITU-R BT.709 and sRGB. */
  static final RgbLights SRGB = new RgbLights(.3127, .3290, .64, .33, .30, .60, .15, .06);

  /** SMPTE EG 432-1, Display P3. */
  static final RgbLights P3 = new RgbLights(.3127, .3290, .680, .320, .265, .690, .150, .060);

  /** ITU-R BT.2020. */
  static final RgbLights BT2020 = new RgbLights(.3127, .3290, .708, .292, .170, .797, .131, .046);

  /** The profile connection space's white (ICC.1:2022, 7.2.16). */
  private static final double[] D50 = {0.9642, 1.0, 0.8249};

  /** Bradford's cone responses (ICC.1:2022, annex E), and the way back. */
  private static final double[][] BRADFORD = {
    {0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}
  };

  private static final double[][] FROM_BRADFORD = {
    {0.9869929, -0.1470543, 0.1599627},
    {0.4323053, 0.5183603, 0.0492912},
    {-0.0085287, 0.0400428, 0.9684867}
  };

  private static final int HEADER_BYTES = 128;
  private static final int TAGS = 6;
  private static final int LIGHT_BYTES = 20;
  private static final int CURVE_BYTES = 32;

  private final double[] xy;

  /**
   * @param xy CIE x and y of white, red, green and blue
   */
  RgbLights(double... xy) {
    this.xy = xy;
  }

  /**
   * How a stored level becomes linear light, both 0 to 1: {@code (scale * level + offset) ^ power}
   * from a level on, and {@code slope * level} below.
   */
  record Curve(double power, double scale, double offset, double slope, double from)
      implements DoubleUnaryOperator {

    /** IEC 61966-2-1. */
    static final Curve SRGB = new Curve(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);

    /** ITU-R BT.709, which BT.601 and BT.2020 share. */
    static final Curve BT709 = new Curve(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081);

    static Curve power(double power) {
      return new Curve(power, 1, 0, 0, 0);
    }

    @Override
    public double applyAsDouble(double level) {
      return level >= from ? Math.pow(scale * level + offset, power) : slope * level;
    }
  }

  /** Whether the lights can be mixed to a white at all; hostile numbers cannot. */
  boolean areUsable() {
    double area = (xy[4] - xy[2]) * (xy[7] - xy[3]) - (xy[6] - xy[2]) * (xy[5] - xy[3]);
    return xy[1] > 0.001
        && xy[3] > 0.001
        && xy[5] > 0.001
        && xy[7] > 0.0001
        && Math.abs(area) > 0.001;
  }

  /** A profile of version 4 (ICC.1:2022, 7): the lights adapted to D50, and one curve for all. */
  byte[] profile(Curve curve) {
    int lights = HEADER_BYTES + 4 + 12 * TAGS;
    int curves = lights + 3 * LIGHT_BYTES;
    ByteBuffer icc = ByteBuffer.allocate(curves + CURVE_BYTES);
    icc.putInt(icc.capacity()).putInt(0).putInt(0x04200000);
    put("mntrRGB XYZ ", icc);
    put("acsp", icc.position(36));
    put(icc.position(68), D50);
    icc.position(HEADER_BYTES).putInt(TAGS);
    for (int i = 0; i < 3; i++) {
      put("rgb".charAt(i) + "XYZ", icc);
      icc.putInt(lights + i * LIGHT_BYTES).putInt(LIGHT_BYTES);
      put("rgb".charAt(i) + "TRC", icc);
      icc.putInt(curves).putInt(CURVE_BYTES);
    }
    double all = volume(xyz(1), xyz(2), xyz(3));
    double[][] adapted = {
      adapted(xyz(1), volume(xyz(0), xyz(2), xyz(3)) / all),
      adapted(xyz(2), volume(xyz(1), xyz(0), xyz(3)) / all),
      adapted(xyz(3), volume(xyz(1), xyz(2), xyz(0)) / all)
    };
    for (double[] light : adapted) {
      put("XYZ \0\0\0\0", icc);
      put(icc, light);
    }
    put("para\0\0\0\0\0\3\0\0", icc);
    put(icc, curve.power(), curve.scale(), curve.offset(), curve.slope(), curve.from());
    return icc.array();
  }

  private static void put(String text, ByteBuffer icc) {
    icc.put(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void put(ByteBuffer icc, double... numbers) {
    for (double number : numbers) {
      icc.putInt((int) Math.round(number * 65536));
    }
  }

  private double[] xyz(int light) {
    double x = xy[2 * light];
    double y = xy[2 * light + 1];
    return new double[] {x / y, 1, (1 - x - y) / y};
  }

  /** Scales a light and adapts it to the white D50. */
  private double[] adapted(double[] light, double strength) {
    double[] cones = times(BRADFORD, light);
    double[] from = times(BRADFORD, xyz(0));
    double[] to = times(BRADFORD, D50);
    for (int i = 0; i < 3; i++) {
      cones[i] *= strength * to[i] / from[i];
    }
    return times(FROM_BRADFORD, cones);
  }

  private static double[] times(double[][] matrix, double[] vector) {
    double[] result = new double[3];
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 3; i++) {
        result[row] += matrix[row][i] * vector[i];
      }
    }
    return result;
  }

  /** Volume that three vectors span; negative where they are left-handed. */
  static double volume(double[] a, double[] b, double[] c) {
    return a[0] * (b[1] * c[2] - b[2] * c[1])
        - b[0] * (a[1] * c[2] - a[2] * c[1])
        + c[0] * (a[1] * b[2] - a[2] * b[1]);
  }
}
