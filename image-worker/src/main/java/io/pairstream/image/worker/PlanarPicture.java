package io.pairstream.image.worker;

import io.pairstream.cleaning.image.Geometry.Resampling;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture in planes. Nothing is scaled before it is requested, and then directly from the
 * original, so that full colour comes from full colour.
 */
final class PlanarPicture implements SmallPicture {

  private final JpegCodec codec;
  private final int widthPx;
  private final int heightPx;
  private final JpegSampling forLuma;
  private final Function<JpegSampling, Planes> source;

  private final Map<JpegSampling, Planes> made = new EnumMap<>(JpegSampling.class);
  private final List<Mat> bgr = new ArrayList<>(1);

  /**
   * A picture that is made when it is needed.
   *
   * @param forLuma what is made where the brightness is wanted and nothing is made yet: {@code
   *     HALVED} where an ordinary JPEG will be wanted too, {@code NONE} where hardly anything else
   *     will
   * @param source makes the planes with colour stored in the given way
   */
  PlanarPicture(
      JpegCodec codec,
      int widthPx,
      int heightPx,
      JpegSampling forLuma,
      Function<JpegSampling, Planes> source) {
    this.codec = codec;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.forLuma = forLuma;
    this.source = source;
  }

  @Override
  public int widthPx() {
    return widthPx;
  }

  @Override
  public int heightPx() {
    return heightPx;
  }

  @Override
  public SmallPicture turned(ExifOrientation orientation) {
    if (orientation == ExifOrientation.NORMAL) {
      return this;
    }
    boolean swaps = orientation.swapsSides();
    return new PlanarPicture(
        codec,
        swaps ? heightPx : widthPx,
        swaps ? widthPx : heightPx,
        forLuma,
        sampling -> turned(sampling, orientation));
  }

  /**
   * Turns the planes; unfolds colour halved along an odd side first, which mirroring would shift by
   * half a pixel.
   */
  private Planes turned(JpegSampling sampling, ExifOrientation orientation) {
    if (sampling != JpegSampling.HALVED || (widthPx % 2 == 0 && heightPx % 2 == 0)) {
      return planes(sampling).turned(orientation);
    }
    Planes full = planes(JpegSampling.FULL).turned(orientation);
    return codec.scaler().resampled(full, sampling, Resampling.AREA);
  }

  private Planes planes(JpegSampling sampling) {
    return made.computeIfAbsent(sampling, source);
  }

  @Override
  public Mat luma() {
    for (JpegSampling known : List.of(JpegSampling.HALVED, JpegSampling.FULL)) {
      if (made.containsKey(known)) {
        return made.get(known).mats().get(0);
      }
    }
    return planes(forLuma).mats().get(0);
  }

  @Override
  public Mat bgr() {
    if (bgr.isEmpty()) {
      bgr.add(codec.bgr(planes(JpegSampling.FULL)));
    }
    return bgr.get(0);
  }

  @Override
  public Mat roughBgr() {
    return made.containsKey(JpegSampling.FULL) ? bgr() : codec.bgr(planes(JpegSampling.HALVED));
  }

  @Override
  public byte[] jpeg(int quality, ChromaSubsampling chroma) {
    JpegSampling sampling =
        chroma == ChromaSubsampling.FULL ? JpegSampling.FULL : JpegSampling.HALVED;
    return codec.encode(planes(sampling), quality);
  }
}
