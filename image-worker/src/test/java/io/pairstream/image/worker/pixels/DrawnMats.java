package io.pairstream.image.worker.pixels;

import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** Pictures with what photographs have: soft shades, edges, fine grain. */
public final class DrawnMats {

  private DrawnMats() {}

  /** uint8 [height, width, 3], BGR, without any symmetry. */
  static Mat draw(int widthPx, int heightPx, long seed) {
    Random random = new Random(seed);
    Mat picture = new Mat(heightPx, widthPx, opencv_core.CV_8UC3, colour(random));
    for (int i = 0; i < 60; i++) {
      opencv_imgproc.circle(
          picture,
          new Point(random.nextInt(widthPx), random.nextInt(heightPx)),
          2 + random.nextInt(Math.max(2, widthPx / 6)),
          colour(random),
          opencv_imgproc.FILLED,
          opencv_imgproc.LINE_AA,
          0);
    }
    opencv_imgproc.GaussianBlur(picture, picture, new Size(5, 5), 1.2);
    Mat grain = new Mat(heightPx, widthPx, opencv_core.CV_8UC3);
    opencv_core.theRNG().state(seed);
    opencv_core.randu(grain, new Mat(new double[] {0}), new Mat(new double[] {12}));
    opencv_core.add(picture, grain, picture);
    return picture;
  }

  private static Scalar colour(Random random) {
    // Any brightness, little colour: the edges of photographs are seldom those of pure colours.
    int grey = 30 + random.nextInt(180);
    return new Scalar(
        grey + random.nextInt(45), grey + random.nextInt(45), grey + random.nextInt(45), 0);
  }

  /** A file by OpenCV; {@code parameters} are pairs of its IMWRITE numbers and their values. */
  static byte[] encoded(Mat picture, String extension, int... parameters) {
    BytePointer buffer = new BytePointer();
    opencv_imgcodecs.imencode(extension, picture, buffer, new IntPointer(parameters));
    byte[] bytes = new byte[(int) buffer.limit()];
    buffer.get(bytes);
    return bytes;
  }

  /** The file decoded by OpenCV, as stored: uint8 [height, width, 3], BGR. */
  public static Mat decoded(byte[] file) {
    Mat bytes = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
    return opencv_imgcodecs.imdecode(
        bytes, opencv_imgcodecs.IMREAD_COLOR | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION);
  }

  /** The picture scaled by OpenCV: each pixel the mean of its area. */
  static Mat byArea(Mat picture, int widthPx, int heightPx) {
    Mat scaled = new Mat();
    opencv_imgproc.resize(
        picture, scaled, new Size(widthPx, heightPx), 0, 0, opencv_imgproc.INTER_AREA);
    return scaled;
  }
}
