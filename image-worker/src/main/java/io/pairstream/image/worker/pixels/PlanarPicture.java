package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.Geometry.Resampling;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture in planes. Nothing is scaled before it is requested, and then directly from the
 * original, so that full colour comes from full colour.
 */
final class PlanarPicture implements SmallPicture {

  private static final int ROUND = 1 << 15;

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
    return anyPlanes(forLuma).mats().get(0);
  }

  private Planes anyPlanes(JpegSampling otherwise) {
    Planes full = made.get(JpegSampling.FULL);
    return full != null && !made.containsKey(JpegSampling.HALVED) ? full : planes(otherwise);
  }

  @Override
  public Mat bgr() {
    if (bgr.isEmpty()) {
      bgr.add(codec.bgr(planes(JpegSampling.FULL)));
    }
    return bgr.get(0);
  }

  @Override
  public SmallPicture recoloured(Mat other) {
    PlanarPicture picture =
        new PlanarPicture(
            codec, widthPx, heightPx, forLuma, sampling -> codec.planes(other, sampling));
    picture.bgr.add(other);
    return picture;
  }

  @Override
  public byte[] sampledBgr(double step) {
    Planes all = anyPlanes(JpegSampling.HALVED);
    List<Mat> mats = all.mats();
    ByteBuffer luma = mats.get(0).createBuffer();
    ByteBuffer blue = mats.get(1).createBuffer();
    ByteBuffer red = mats.get(2).createBuffer();
    int[] strides = all.strides();
    int[] rows = positions(heightPx, step);
    int[] columns = positions(widthPx, step);
    int perSample = all.sampling().horizontal();
    byte[] bgr = new byte[3 * rows.length * columns.length];
    int at = 0;
    for (int row : rows) {
      int lumaRow = row * strides[0];
      int colourRow = row / all.sampling().vertical() * strides[1];
      for (int column : columns) {
        int colour = colourRow + (perSample == 2 ? column >> 1 : column);
        int y = ((luma.get(lumaRow + column) & 0xFF) << 16) + ROUND;
        int cb = (blue.get(colour) & 0xFF) - 128;
        int cr = (red.get(colour) & 0xFF) - 128;
        bgr[at++] = level(y + 116_130 * cb); // ITU-T T.871, 7; times 65,536
        bgr[at++] = level(y - 22_554 * cb - 46_802 * cr);
        bgr[at++] = level(y + 91_881 * cr);
      }
    }
    return bgr;
  }

  /** Where OpenCV's nearest neighbours are. */
  private static int[] positions(int pixels, double step) {
    return IntStream.range(0, (int) Math.rint(pixels / step))
        .map(i -> Math.min((int) (i * step), pixels - 1))
        .toArray();
  }

  private static byte level(int scaled) {
    return (byte) Math.max(0, Math.min(255, scaled >> 16));
  }

  @Override
  public byte[] jpeg(int quality, ChromaSubsampling chroma) {
    JpegSampling sampling =
        chroma == ChromaSubsampling.FULL ? JpegSampling.FULL : JpegSampling.HALVED;
    return codec.encode(planes(sampling), quality);
  }
}
