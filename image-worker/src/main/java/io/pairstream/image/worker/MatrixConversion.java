package io.pairstream.image.worker;

import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Conversion of a colour space that is three lights with a curve each: levels to linear light, by a
 * matrix to sRGB's lights, and along sRGB's curve back to levels. What sRGB cannot show is cut off
 * channel by channel.
 */
final class MatrixConversion implements ColourConversion {

  /** As fine as the steepest part of the curve needs to be off by no more than a fifth level. */
  private static final int STEPS = 1 << 14;

  private static final byte[] LEVELS = levels();

  /** Differences up to this many levels are the rounding of profiles that mean sRGB. */
  private static final int SAME_LEVELS = 2;

  private final float[] red;
  private final float[] green;
  private final float[] blue;
  private final float[] matrix = new float[9];

  /**
   * @param colorants XYZ of red, green and blue in the columns, adapted to D50
   */
  MatrixConversion(
      double[][] colorants, ColourCurve redCurve, ColourCurve greenCurve, ColourCurve blueCurve) {
    red = steps(redCurve);
    green = steps(greenCurve);
    blue = steps(blueCurve);
    double[][] toSrgb = Primaries.times(Primaries.inverse(Primaries.SRGB.colorants()), colorants);
    for (int i = 0; i < 9; i++) {
      matrix[i] = (float) toSrgb[i / 3][i % 3];
    }
  }

  private static float[] steps(ColourCurve curve) {
    double[] levels = curve.levels();
    float[] steps = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      steps[i] = (float) (levels[i] * (STEPS - 1));
    }
    return steps;
  }

  private static byte[] levels() {
    byte[] levels = new byte[STEPS];
    for (int i = 0; i < STEPS; i++) {
      double light = (double) i / (STEPS - 1);
      double level = light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
      levels[i] = (byte) Math.round(255 * level);
    }
    return levels;
  }

  /** Whether it changes next to nothing: then the space is sRGB under another name. */
  boolean isIdentity() {
    byte[] pixel = new byte[3];
    for (int colour = 0; colour < 9 * 9 * 9; colour++) {
      int b = colour % 9 * 255 / 8;
      int g = colour / 9 % 9 * 255 / 8;
      int r = colour / 81 * 255 / 8;
      pixel[0] = (byte) b;
      pixel[1] = (byte) g;
      pixel[2] = (byte) r;
      convert(pixel);
      if (differs(pixel[0], b) || differs(pixel[1], g) || differs(pixel[2], r)) {
        return false;
      }
    }
    return true;
  }

  private static boolean differs(byte level, int other) {
    return Math.abs((level & 0xFF) - other) > SAME_LEVELS;
  }

  @Override
  public Mat apply(Mat bgr) {
    return Pixels.changed(bgr, this::convert);
  }

  private byte[] convert(byte[] bgr) {
    for (int i = 0; i < bgr.length; i += 3) {
      float b = blue[bgr[i] & 0xFF];
      float g = green[bgr[i + 1] & 0xFF];
      float r = red[bgr[i + 2] & 0xFF];
      bgr[i] = level(matrix[6] * r + matrix[7] * g + matrix[8] * b);
      bgr[i + 1] = level(matrix[3] * r + matrix[4] * g + matrix[5] * b);
      bgr[i + 2] = level(matrix[0] * r + matrix[1] * g + matrix[2] * b);
    }
    return bgr;
  }

  private static byte level(float light) {
    int step = (int) (light + 0.5f); // what is no number is 0
    return LEVELS[step < 0 ? 0 : Math.min(step, STEPS - 1)];
  }

  /** The level of sRGB that has so much linear light, 0 to 1. */
  static byte srgbLevel(double light) {
    return level((float) (light * (STEPS - 1)));
  }
}
