package io.pairstream.image.worker;

import io.pairstream.cleaning.image.Resampling;
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
    return new PlanarPicture(
        codec,
        widthPx,
        heightPx,
        sampling -> codec.scaler().scaled(planes, region, widthPx, heightPx, sampling, resampling));
  }
}
