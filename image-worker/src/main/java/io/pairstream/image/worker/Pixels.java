package io.pairstream.image.worker;

import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** The pixels of a Mat as an array of Java, and back. */
final class Pixels {

  /** How much of a picture lies in Java's heap at a time. */
  private static final int STRIPE_BYTES = 1 << 20;

  private Pixels() {}

  /** uint8 [height, width, channels], row-major, without padding. */
  static byte[] of(Mat mat) {
    Mat whole = mat.isContinuous() ? mat : mat.clone();
    byte[] pixels = new byte[whole.rows() * whole.cols() * whole.channels()];
    whole.data().get(pixels);
    return pixels;
  }

  /**
   * The same picture with each pixel changed.
   *
   * @param change takes some rows of {@code source} and gives as many pixels of uint8 BGR; may
   *     change what it gets
   */
  static Mat changed(Mat source, UnaryOperator<byte[]> change) {
    Mat result = new Mat(source.rows(), source.cols(), opencv_core.CV_8UC3);
    int rows = Math.max(1, STRIPE_BYTES / (source.cols() * source.channels()));
    for (int row = 0; row < source.rows(); row += rows) {
      int end = Math.min(row + rows, source.rows());
      byte[] stripe = change.apply(of(source.rowRange(row, end)));
      BytePointer target = result.ptr(row);
      target.put(stripe);
    }
    return result;
  }

  /** A Mat of its own with these pixels. */
  static Mat mat(byte[] pixels, int rows, int columns, int channels) {
    Mat mat = new Mat(rows, columns, opencv_core.CV_8UC(channels));
    BytePointer data = mat.data();
    data.put(pixels);
    return mat;
  }
}
