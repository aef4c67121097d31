package io.pairstream.image.worker;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Conversion of a grey space: another curve for all channels alike. */
final class GreyConversion implements ColourConversion {

  private static final int SAME_LEVELS = 2;

  private final byte[] table = new byte[256];

  GreyConversion(ColourCurve curve) {
    double[] levels = curve.levels();
    for (int i = 0; i < table.length; i++) {
      table[i] = MatrixConversion.srgbLevel(levels[i]);
    }
  }

  /** Whether it changes next to nothing. */
  boolean isIdentity() {
    for (int i = 0; i < table.length; i++) {
      if (Math.abs((table[i] & 0xFF) - i) > SAME_LEVELS) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Mat apply(Mat bgr) {
    Mat converted = new Mat();
    opencv_core.LUT(bgr, Pixels.mat(table, 1, table.length, 1), converted);
    return converted;
  }
}
