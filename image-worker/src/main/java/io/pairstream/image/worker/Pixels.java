package io.pairstream.image.worker;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** The pixels of a Mat as an array of Java, and back. */
final class Pixels {

  private Pixels() {}

  /** uint8 [height, width, channels], row-major, without padding. */
  static byte[] of(Mat mat) {
    Mat whole = mat.isContinuous() ? mat : mat.clone();
    byte[] pixels = new byte[whole.rows() * whole.cols() * whole.channels()];
    whole.data().get(pixels);
    return pixels;
  }

  /** A Mat of its own with these pixels. */
  static Mat mat(byte[] pixels, int rows, int columns, int channels) {
    Mat mat = new Mat(rows, columns, opencv_core.CV_8UC(channels));
    BytePointer data = mat.data();
    data.put(pixels);
    return mat;
  }
}
