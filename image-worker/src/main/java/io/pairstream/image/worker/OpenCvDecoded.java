package io.pairstream.image.worker;

import io.pairstream.cleaning.image.Resampling;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/** An image decoded into one Mat: uint8 [height, width, 3] in BGR, or [height, width] in grey. */
final class OpenCvDecoded implements DecodedPicture {

  private final Mat pixels;
  private final PlaneScaler scaler;

  OpenCvDecoded(Mat pixels, PlaneScaler scaler) {
    this.pixels = pixels;
    this.scaler = scaler;
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
    return new OpenCvPicture(scaler.scaled(new Mat(pixels, region), widthPx, heightPx, resampling));
  }

  @Override
  public SmallPicture sampled(int sidePx) {
    Mat sample = new Mat();
    opencv_imgproc.resize(
        pixels, sample, new Size(sidePx, sidePx), 0, 0, opencv_imgproc.INTER_NEAREST);
    return new OpenCvPicture(sample);
  }
}
