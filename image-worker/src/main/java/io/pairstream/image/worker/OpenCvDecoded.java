package io.pairstream.image.worker;

import io.pairstream.cleaning.image.Resampling;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/** An image decoded into one Mat: uint8 [height, width, 3] in BGR, or [height, width] in grey. */
final class OpenCvDecoded implements DecodedPicture {

  private final Mat pixels;

  OpenCvDecoded(Mat pixels) {
    this.pixels = pixels;
  }

  @Override
  public int widthPx() {
    return pixels.cols();
  }

  @Override
  public int heightPx() {
    return pixels.rows();
  }

  @Override
  public SmallPicture scaled(Rect region, int widthPx, int heightPx, Resampling resampling) {
    Mat part = new Mat(pixels, region);
    if (part.cols() == widthPx && part.rows() == heightPx) {
      return new OpenCvPicture(part);
    }
    Mat scaled = new Mat();
    int method = method(resampling, part, widthPx, heightPx);
    opencv_imgproc.resize(part, scaled, new Size(widthPx, heightPx), 0, 0, method);
    return new OpenCvPicture(scaled);
  }

  @Override
  public SmallPicture sampled(int sidePx) {
    Mat sample = new Mat();
    opencv_imgproc.resize(
        pixels, sample, new Size(sidePx, sidePx), 0, 0, opencv_imgproc.INTER_NEAREST);
    return new OpenCvPicture(sample);
  }

  /**
   * Area averages every pixel of the original. It enlarges by cubic interpolation: Lanczos would
   * ring at the hard edges of small drawings.
   */
  private static int method(Resampling resampling, Mat part, int widthPx, int heightPx) {
    boolean enlarges = widthPx > part.cols() || heightPx > part.rows();
    return switch (resampling) {
      case AREA -> enlarges ? opencv_imgproc.INTER_CUBIC : opencv_imgproc.INTER_AREA;
      case BILINEAR -> opencv_imgproc.INTER_LINEAR;
      case BICUBIC -> opencv_imgproc.INTER_CUBIC;
      case LANCZOS -> opencv_imgproc.INTER_LANCZOS4;
    };
  }
}
