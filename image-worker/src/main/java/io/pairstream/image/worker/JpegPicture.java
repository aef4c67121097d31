package io.pairstream.image.worker;

import io.pairstream.cleaning.image.Geometry.Resampling;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/** A JPEG, decoded into planes that are valid until its codec decodes another. */
final class JpegPicture implements DecodedPicture {

  private final Planes planes;
  private final JpegCodec codec;

  JpegPicture(Planes planes, JpegCodec codec) {
    this.planes = planes;
    this.codec = codec;
  }

  @Override
  public int widthPx() {
    return planes.widthPx();
  }

  @Override
  public int heightPx() {
    return planes.heightPx();
  }

  @Override
  public SmallPicture scaled(Rect region, int widthPx, int heightPx, Resampling resampling) {
    if (region.width() == widthPx && region.height() == heightPx) {
      // Every pixel as any decoder shows it; there is little to win where nothing shrinks.
      return new OpenCvPicture(unscaled(region));
    }
    return new PlanarPicture(
        codec,
        widthPx,
        heightPx,
        JpegSampling.HALVED,
        sampling -> codec.scaler().scaled(planes, region, widthPx, heightPx, sampling, resampling));
  }

  @Override
  public SmallPicture sampled(int sidePx) {
    return new PlanarPicture(
        codec, sidePx, sidePx, JpegSampling.NONE, sampling -> planes.sampled(sidePx, sampling));
  }

  /**
   * uint8 [height, width, 3], BGR. Colour is unfolded as libjpeg does it: by a triangle. Takes
   * whole colour samples, of which the planes have room, and cuts then: an odd side would stretch
   * the colour.
   */
  private Mat unscaled(Rect region) {
    JpegSampling sampling = planes.sampling();
    int left = region.x() % sampling.horizontal();
    int top = region.y() % sampling.vertical();
    int width = sampling.planeWidth(1, left + region.width()) * sampling.horizontal();
    int height = sampling.planeHeight(1, top + region.height()) * sampling.vertical();
    Rect whole = new Rect(region.x() - left, region.y() - top, width, height);
    Planes part =
        codec.scaler().scaled(planes, whole, width, height, JpegSampling.FULL, Resampling.AREA);
    return new Mat(codec.bgr(part), new Rect(left, top, region.width(), region.height()));
  }
}
