package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.Geometry.Resampling;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.ffmpeg.swscale.SwsFilter;
import org.bytedeco.ffmpeg.swscale.SwsVector;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Scales pictures by FFmpeg's libswscale, whose kernels widen when they shrink, so that no method
 * skips pixels.
 *
 * <p>Keeps the kernels of the sizes that it met last. Results lie in memory that the open {@code
 * PointerScope} frees. Not thread-safe.
 */
public final class PlaneScaler {

  /** Most kernels kept; those of one size take about 110 kB and 40 µs to make. */
  private static final int MAX_KERNELS = 128;

  /** Flags that give equal results on every processor, at no measurable cost. */
  private static final int EXACT = swscale.SWS_ACCURATE_RND | swscale.SWS_BITEXACT;

  /** Catmull and Rom's cubic, as Pillow's; libswscale's own is sharper and rings. */
  private static final double CUBIC_C = 0.5;

  /** Units of a position per pixel; position 0 is the first sample's left edge. */
  private static final int PIXEL = 256;

  private final Map<Kernels, SwsContext> contexts = new LinkedHashMap<>(16, 0.75f, true);
  private final PointerPointer<Pointer> sources = new PointerPointer<>(4);
  private final PointerPointer<Pointer> targets = new PointerPointer<>(4);
  private final IntPointer sourceStrides = new IntPointer(4);
  private final IntPointer targetStrides = new IntPointer(4);
  private final NativeBuffer channel = new NativeBuffer();

  /** Loads libswscale. */
  public PlaneScaler() {
    if (Loader.getPlatform().endsWith("x86_64")) {
      // Gather instructions are slower than what they replace, by up to a third on Zen.
      avutil.av_force_cpu_flags(avutil.av_get_cpu_flags() | avutil.AV_CPU_FLAG_SLOW_GATHER);
    }
  }

  /**
   * Key of kernels: scalings that are equal in all of this share them. The chroma positions are
   * those of the first sample.
   */
  private record Kernels(
      int sourceFormat,
      int sourceWidthPx,
      int sourceHeightPx,
      boolean halvedAcross,
      boolean halvedDown,
      int chromaLeft,
      int chromaTop,
      int targetFormat,
      int widthPx,
      int heightPx,
      Resampling resampling) {}

  /**
   * A part of a picture, scaled.
   *
   * @param picture the planes; {@code region} lies inside
   * @param region any part, at odd offsets too: the colour keeps its place to half a pixel
   * @param sampling how finely the result stores colour
   */
  Planes scaled(
      Planes picture,
      Rect region,
      int widthPx,
      int heightPx,
      JpegSampling sampling,
      Resampling resampling) {
    if (growsOneWay(region.width(), region.height(), widthPx, heightPx)) {
      int width = Math.min(region.width(), widthPx);
      int height = Math.min(region.height(), heightPx);
      Planes shrunk = scaled(picture, region, width, height, sampling, resampling);
      Rect all = new Rect(0, 0, width, height);
      return scaled(shrunk, all, widthPx, heightPx, sampling, resampling);
    }
    Planes result = Planes.allocate(sampling, widthPx, heightPx);
    boolean grey = picture.sampling() == JpegSampling.NONE;
    scale(picture, region, result, grey ? JpegSampling.NONE : sampling, resampling);
    for (Mat colour : result.mats().subList(grey ? 1 : sampling.planes(), sampling.planes())) {
      colour.put(new Scalar(128, 0, 0, 0));
    }
    return result;
  }

  /** Returns the picture with its colour stored in another sampling. */
  Planes resampled(Planes picture, JpegSampling sampling, Resampling resampling) {
    return scaled(
        picture,
        new Rect(0, 0, picture.widthPx(), picture.heightPx()),
        picture.widthPx(),
        picture.heightPx(),
        sampling,
        resampling);
  }

  private void scale(
      Planes picture, Rect region, Planes result, JpegSampling sampling, Resampling resampling) {
    JpegSampling from = picture.sampling();
    for (int plane = 0; plane < sampling.planes(); plane++) {
      Mat source = picture.mats().get(plane);
      int column = plane == 0 ? region.x() : region.x() / from.horizontal();
      int row = plane == 0 ? region.y() : region.y() / from.vertical();
      Mat target = result.mats().get(plane);
      sources.put(plane, source.ptr(row, column));
      sourceStrides.put(plane, (int) source.step());
      targets.put(plane, target.data());
      targetStrides.put(plane, (int) target.step());
    }
    Kernels kernels =
        new Kernels(
            from.swscaleFormat(),
            region.width(),
            region.height(),
            from.horizontal() == 2,
            from.vertical() == 2,
            chromaPosition(region.x(), region.width(), from.horizontal()),
            chromaPosition(region.y(), region.height(), from.vertical()),
            sampling.swscaleFormat(),
            result.widthPx(),
            result.heightPx(),
            resampling);
    int rows =
        swscale.sws_scale(
            context(kernels), sources, sourceStrides, 0, region.height(), targets, targetStrides);
    if (rows != result.heightPx()) {
      throw new IllegalStateException("libswscale answers " + rows + " to " + kernels);
    }
  }

  /**
   * A picture of any number of channels, scaled.
   *
   * <p>Channel by channel: libswscale would turn packed colours into brightness and halved colour
   * differences and back.
   *
   * @param picture uint8 [h, w] or [h, w, channels]
   * @return the same picture at [heightPx, widthPx]; {@code picture} itself where that is its size
   */
  Mat scaled(Mat picture, int widthPx, int heightPx, Resampling resampling) {
    if (picture.cols() == widthPx && picture.rows() == heightPx) {
      return picture;
    }
    List<Mat> scaled = new ArrayList<>();
    Rect all = new Rect(0, 0, picture.cols(), picture.rows());
    for (int i = 0; i < picture.channels(); i++) {
      Planes plane = picture.channels() == 1 ? Planes.grey(picture) : channel(picture, i);
      Planes grey = scaled(plane, all, widthPx, heightPx, JpegSampling.NONE, resampling);
      scaled.addAll(grey.mats());
    }
    if (scaled.size() == 1) {
      return scaled.get(0);
    }
    Mat result = new Mat();
    opencv_core.merge(new MatVector(scaled.toArray(Mat[]::new)), result);
    return result;
  }

  /**
   * One channel as a plane. One at a time: at 50 megapixels all together would take another 150 MB.
   */
  private Planes channel(Mat picture, int index) {
    long bytes = Planes.bytes(JpegSampling.NONE, picture.cols(), picture.rows());
    Planes plane =
        Planes.over(channel.reserve(bytes), JpegSampling.NONE, picture.cols(), picture.rows());
    opencv_core.extractChannel(picture, plane.mats().get(0), index);
    return plane;
  }

  /**
   * Whether one side grows and the other shrinks. Such a picture is shrunk first: growing and
   * shrinking have methods of their own, and libswscale has none for extremes.
   */
  private static boolean growsOneWay(int width, int height, int widthPx, int heightPx) {
    return (widthPx > width && heightPx < height) || (widthPx < width && heightPx > height);
  }

  /**
   * Where the first colour sample lies, as libswscale counts: its middle, less half a pixel. JPEG
   * puts the sample in the middle of its pixels (JFIF 1.02, "Sampling"); before an odd offset, it
   * lies further to the left.
   *
   * <p>libswscale takes whole samples, so of an odd length it stretches colour by a pixel. Moved by
   * half of that, the colour is half a pixel off at either end and right in the middle.
   */
  private static int chromaPosition(int offsetPx, int lengthPx, int pixelsPerSample) {
    int middle = PIXEL * pixelsPerSample / 2 - PIXEL * (offsetPx % pixelsPerSample);
    int excess = (pixelsPerSample - lengthPx % pixelsPerSample) % pixelsPerSample;
    return middle - PIXEL / 2 + PIXEL * excess / 2;
  }

  private SwsContext context(Kernels kernels) {
    SwsContext known = contexts.get(kernels);
    if (known != null) {
      return known;
    }
    SwsContext made = made(kernels);
    contexts.put(kernels, made);
    if (contexts.size() > MAX_KERNELS) {
      Iterator<SwsContext> oldest = contexts.values().iterator();
      swscale.sws_freeContext(oldest.next());
      oldest.remove();
    }
    return made;
  }

  private static SwsContext made(Kernels kernels) {
    int method = method(kernels);
    SwsContext context = swscale.sws_alloc_context();
    context
        .src_w(kernels.sourceWidthPx())
        .src_h(kernels.sourceHeightPx())
        .src_format(kernels.sourceFormat())
        .src_range(1)
        .src_h_chr_pos(kernels.chromaLeft())
        .src_v_chr_pos(kernels.chromaTop())
        .dst_w(kernels.widthPx())
        .dst_h(kernels.heightPx())
        .dst_format(kernels.targetFormat())
        .dst_range(1)
        .flags(method | EXACT);
    if (method == swscale.SWS_BICUBIC) {
      context.scaler_params(0, 0).scaler_params(1, CUBIC_C);
    }
    int status = initialise(context, kernels);
    if (status < 0) {
      swscale.sws_freeContext(context);
      throw new IllegalStateException("libswscale refuses " + kernels);
    }
    return context;
  }

  /**
   * Initialises a context. Halved colour is smoothed before it is scaled, as it is where a decoder
   * unfolds it by a triangle (libjpeg's "fancy upsampling") and the unfolded picture is scaled:
   * both spread a colour sample over its neighbours. Unfolding adds a variance of 1/8 of a sample
   * to the box that a sample is, and so do these three weights.
   */
  private static int initialise(SwsContext context, Kernels kernels) {
    boolean across = kernels.halvedAcross();
    boolean down = kernels.halvedDown();
    if (!across && !down) {
      return swscale.sws_init_context(context, null, null);
    }
    SwsVector weights = swscale.sws_allocVec(3);
    try (SwsFilter filter = new SwsFilter()) {
      weights.coeff().put(1.0 / 16, 14.0 / 16, 1.0 / 16);
      filter.lumH(null).lumV(null);
      filter.chrH(across ? weights : null).chrV(down ? weights : null);
      return swscale.sws_init_context(context, filter, null);
    } finally {
      swscale.sws_freeVec(weights);
    }
  }

  private static int method(Kernels kernels) {
    boolean enlarges =
        kernels.widthPx() > kernels.sourceWidthPx()
            || kernels.heightPx() > kernels.sourceHeightPx();
    return switch (kernels.resampling()) {
      // Lanczos would ring at the hard edges of small drawings.
      case AREA -> enlarges ? swscale.SWS_BICUBIC : swscale.SWS_AREA;
      case BILINEAR -> swscale.SWS_BILINEAR;
      case BICUBIC -> swscale.SWS_BICUBIC;
      case LANCZOS -> swscale.SWS_LANCZOS;
    };
  }
}
