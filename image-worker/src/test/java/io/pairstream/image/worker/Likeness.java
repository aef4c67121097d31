package io.pairstream.image.worker;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** How alike two pictures of one size are. */
final class Likeness {

  private static final double C1 = 0.01 * 255 * 0.01 * 255;
  private static final double C2 = 0.03 * 255 * 0.03 * 255;

  private Likeness() {}

  /** Mean absolute difference, in levels of 255. */
  static double difference(Mat a, Mat b) {
    double sum = opencv_core.norm(a, b, opencv_core.NORM_L1, new Mat());
    return sum / ((double) a.rows() * a.cols() * a.channels());
  }

  /**
   * Structural similarity, the mean over all pixels and channels; 1 for equal pictures. Wang et
   * al., "Image quality assessment: from error visibility to structural similarity" (2004), with
   * its Gaussian window of 11x11.
   */
  static double similarity(Mat a, Mat b) {
    Mat x = levels(a);
    Mat y = levels(b);
    float[] meanX = values(blurred(x));
    float[] meanY = values(blurred(y));
    float[] squareX = values(blurred(x.mul(x).asMat()));
    float[] squareY = values(blurred(y.mul(y).asMat()));
    float[] product = values(blurred(x.mul(y).asMat()));
    double sum = 0;
    for (int i = 0; i < product.length; i++) {
      double means = (double) meanX[i] * meanY[i];
      double squares = (double) meanX[i] * meanX[i] + (double) meanY[i] * meanY[i];
      double spread = squareX[i] + squareY[i] - squares;
      sum += (2 * means + C1) * (2 * (product[i] - means) + C2) / ((squares + C1) * (spread + C2));
    }
    return sum / product.length;
  }

  private static Mat levels(Mat mat) {
    Mat levels = new Mat();
    mat.convertTo(levels, opencv_core.CV_32F);
    return levels;
  }

  private static Mat blurred(Mat mat) {
    Mat blurred = new Mat();
    opencv_imgproc.GaussianBlur(mat, blurred, new Size(11, 11), 1.5);
    return blurred;
  }

  private static float[] values(Mat mat) {
    float[] values = new float[mat.rows() * mat.cols() * mat.channels()];
    new FloatPointer(mat.data()).get(values);
    return values;
  }
}
