package io.pairstream.image.worker.pixels;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_quality.QualitySSIM;

/** How alike two pictures of one size are. */
final class Likeness {

  private Likeness() {}

  /** Mean absolute difference, in levels of 255. */
  static double difference(Mat a, Mat b) {
    double sum = opencv_core.norm(a, b, opencv_core.NORM_L1, new Mat());
    return sum / ((double) a.rows() * a.cols() * a.channels());
  }

  /** Structural similarity, the mean over all pixels and channels; 1 for equal pictures. */
  static double similarity(Mat a, Mat b) {
    Scalar channels = QualitySSIM.compute(a, b, new Mat());
    return (channels.get(0) + channels.get(1) + channels.get(2)) / 3;
  }
}
