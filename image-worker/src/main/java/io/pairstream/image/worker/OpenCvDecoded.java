package io.pairstream.image.worker;

import io.pairstream.cleaning.image.Geometry.Resampling;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * An image decoded into one Mat.
 *
 * @param pixels uint8 [height, width, 3] in BGR, [height, width] in grey, or what the conversion
 *     makes BGR of
 * @param conversion what is done to what was scaled or sampled
 */
record OpenCvDecoded(Mat pixels, Scaling scaling, ColourConversion conversion)
    implements DecodedPicture {

  OpenCvDecoded(Mat pixels, Scaling scaling) {
    this(pixels, scaling, ColourConversion.NONE);
  }

  /** Scales a Mat. */
  @FunctionalInterface
  interface Scaling {
    Mat scaled(Mat picture, int widthPx, int heightPx, Resampling resampling);
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
    return new OpenCvPicture(conversion.apply(scaling.scaled(part, widthPx, heightPx, resampling)));
  }

  @Override
  public SmallPicture sampled(int sidePx) {
    Mat sample = new Mat();
    opencv_imgproc.resize(
        pixels, sample, new Size(sidePx, sidePx), 0, 0, opencv_imgproc.INTER_NEAREST);
    return new OpenCvPicture(conversion.apply(sample));
  }
}
