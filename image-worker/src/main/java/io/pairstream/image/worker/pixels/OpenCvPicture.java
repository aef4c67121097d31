package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** A picture in one Mat: uint8 [height, width, 3] in BGR, or uint8 [height, width] in grey. */
public record OpenCvPicture(Mat pixels) implements SmallPicture {

  @Override
  public int widthPx() {
    return pixels.cols();
  }

  @Override
  public int heightPx() {
    return pixels.rows();
  }

  @Override
  public SmallPicture turned(ExifOrientation orientation) {
    return new OpenCvPicture(turned(pixels, orientation));
  }

  /** Pixels of any number of channels, the way the picture was seen. */
  static Mat turned(Mat pixels, ExifOrientation orientation) {
    Mat turned = pixels;
    if (orientation.swapsSides()) {
      turned = new Mat();
      opencv_core.transpose(pixels, turned);
    }
    if (orientation.mirrorsX() || orientation.mirrorsY()) {
      Mat mirrored = new Mat();
      int axes = orientation.mirrorsX() ? (orientation.mirrorsY() ? -1 : 1) : 0;
      opencv_core.flip(turned, mirrored, axes);
      turned = mirrored;
    }
    return turned;
  }

  @Override
  public Mat luma() {
    return pixels.channels() == 1 ? pixels : converted(pixels, opencv_imgproc.COLOR_BGR2GRAY);
  }

  @Override
  public Mat bgr() {
    return pixels.channels() == 1 ? converted(pixels, opencv_imgproc.COLOR_GRAY2BGR) : pixels;
  }

  /** {@code pixels} in other channels, by one of OpenCV's codes. */
  public static Mat converted(Mat pixels, int code) {
    Mat other = new Mat();
    opencv_imgproc.cvtColor(pixels, other, code);
    return other;
  }

  /** Scales pixels; {@code interpolation} is one of OpenCV's. */
  public static Mat resized(Mat pixels, int widthPx, int heightPx, int interpolation) {
    Mat other = new Mat();
    opencv_imgproc.resize(pixels, other, new Size(widthPx, heightPx), 0, 0, interpolation);
    return other;
  }

  /** Bytes of uint8 [height, width, channels], of which each row begins where the last one ends. */
  public static byte[] bytes(Mat pixels) {
    byte[] bytes = new byte[pixels.rows() * pixels.cols() * pixels.channels()];
    pixels.data().get(bytes);
    return bytes;
  }

  @Override
  public SmallPicture recoloured(Mat bgr) {
    return new OpenCvPicture(bgr);
  }

  @Override
  public byte[] sampledBgr(double step) {
    Mat sample = new Mat();
    opencv_imgproc.resize(
        pixels, sample, new Size(), 1 / step, 1 / step, opencv_imgproc.INTER_NEAREST);
    return bytes(new OpenCvPicture(sample).bgr());
  }

  @Override
  public byte[] jpeg(int quality, ChromaSubsampling chroma) {
    return encoded(
        bgr(),
        ".jpg",
        opencv_imgcodecs.IMWRITE_JPEG_QUALITY,
        quality,
        opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR,
        chroma == ChromaSubsampling.FULL
            ? opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_444
            : opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_420);
  }

  /** {@code mat} as a file of the type that the extension names. */
  static byte[] encoded(Mat mat, String extension, int... parameters) {
    BytePointer buffer = new BytePointer();
    if (!opencv_imgcodecs.imencode(extension, mat, buffer, new IntPointer(parameters))) {
      throw new IllegalStateException("the encoder for " + extension + " does not work");
    }
    byte[] bytes = new byte[(int) buffer.limit()];
    buffer.get(bytes);
    return bytes;
  }
}
