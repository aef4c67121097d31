package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.Geometry.Resampling;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/**
 * Turns JPEG files into planes and planes into JPEG files, without a detour by RGB: that would
 * enlarge the colour planes to the size of the original first, and then scale all three.
 *
 * <p>Uses its memory again for every image. Not thread-safe.
 */
final class JpegCodec {

  /** Eighths of the sides that are all of them; libjpeg-turbo is quick with 4, 2 and 1 as well. */
  static final int WHOLE = 8;

  /** TurboJPEG's number of the colour model. */
  private static final int YCBCR = 1;

  private static final int GREY = 2;

  private static final int BGR = 1;

  private static final int NO_REALLOC = 1024;
  private static final int ACCURATE_DCT = 4096;
  private static final int STOP_ON_WARNING = 8192;

  private final String library;
  private final PlaneScaler scaler;
  private long decompressor;
  private final long compressor;
  private final NativeBuffer planes = new NativeBuffer();
  private final NativeBuffer encoded = new NativeBuffer();

  private final int[] width = new int[1];
  private final int[] height = new int[1];
  private final int[] sampling = new int[1];
  private final int[] colourSpace = new int[1];

  /**
   * A codec by this system's library.
   *
   * @throws UnsatisfiedLinkError where it has none that will do, with the reason
   */
  JpegCodec(PlaneScaler scaler) {
    this.scaler = scaler;
    library = TurboJpeg.load();
    decompressor = TurboJpeg.tjInitDecompress();
    compressor = TurboJpeg.tjInitCompress();
    if (decompressor == 0 || compressor == 0) {
      throw new IllegalStateException(library + " cannot start");
    }
  }

  /** Which library this is, in words. */
  String library() {
    return library;
  }

  /**
   * The planes of a JPEG. They are valid until the next call.
   *
   * @param inNativeMemory the file's bytes; null where they are not in native memory already
   * @param eighths how much of each side's resolution is decoded: 8, 4, 2 or 1; of what is asked
   *     for later, each offset and side is whole then
   * @return nothing where the file is no flawless JPEG in grey or YCbCr. Then another decoder has
   *     the last word, so that it alone decides which flaws count.
   */
  Optional<DecodedPicture> decode(byte[] jpeg, ByteBuffer inNativeMemory, int eighths) {
    Pointer source =
        inNativeMemory == null ? new BytePointer(jpeg) : new BytePointer(inNativeMemory);
    int header =
        TurboJpeg.tjDecompressHeader3(
            decompressor, source.address(), jpeg.length, width, height, sampling, colourSpace);
    if (header != 0) {
      renewDecompressor();
      return Optional.empty();
    }
    if (colourSpace[0] != YCBCR && colourSpace[0] != GREY) {
      return Optional.empty();
    }
    return JpegSampling.ofTurboJpeg(sampling[0])
        .map(known -> planes(known, reduced(width[0], eighths), reduced(height[0], eighths)))
        .filter(target -> decompress(source, jpeg.length, target))
        .map(target -> new Decoded(target, width[0], height[0], eighths, this));
  }

  private static int reduced(int sidePx, int eighths) {
    return (sidePx * eighths + WHOLE - 1) / WHOLE;
  }

  /** Starts the decompressor anew, so that a broken file leaves no state for the next one. */
  private void renewDecompressor() {
    TurboJpeg.tjDestroy(decompressor);
    decompressor = TurboJpeg.tjInitDecompress();
    if (decompressor == 0) {
      throw new IllegalStateException(library + " cannot start again");
    }
  }

  private Planes planes(JpegSampling known, int widthPx, int heightPx) {
    // The library writes whole colour samples of brightness, too.
    int columns = known.planeWidth(1, widthPx) * known.horizontal();
    int rows = known.planeHeight(1, heightPx) * known.vertical();
    Planes padded =
        Planes.over(planes.reserve(Planes.bytes(known, columns, rows)), known, columns, rows);
    return new Planes(known, widthPx, heightPx, padded.mats());
  }

  private boolean decompress(Pointer source, int bytes, Planes target) {
    int status =
        TurboJpeg.tjDecompressToYUVPlanes(
            decompressor,
            source.address(),
            bytes,
            target.addresses(),
            target.widthPx(),
            target.strides(),
            target.heightPx(),
            STOP_ON_WARNING);
    if (status != 0) {
      renewDecompressor();
    }
    return status == 0;
  }

  PlaneScaler scaler() {
    return scaler;
  }

  /** uint8 [height, width, 3], BGR: what any decoder makes of the planes. */
  Mat bgr(Planes picture) {
    Mat pixels = new Mat(picture.heightPx(), picture.widthPx(), opencv_core.CV_8UC3);
    int status =
        TurboJpeg.tjDecodeYUVPlanes(
            decompressor,
            picture.addresses(),
            picture.strides(),
            picture.sampling().turboJpegCode(),
            pixels.data().address(),
            picture.widthPx(),
            (int) pixels.step(),
            picture.heightPx(),
            BGR,
            0);
    check(status, decompressor);
    return pixels;
  }

  /** The planes of uint8 [height, width, 3], BGR, in memory that the open PointerScope frees. */
  Planes planes(Mat bgr, JpegSampling sampling) {
    Planes padded =
        Planes.allocate(
            sampling,
            sampling.planeWidth(1, bgr.cols()) * sampling.horizontal(),
            sampling.planeHeight(1, bgr.rows()) * sampling.vertical());
    int status =
        TurboJpeg.tjEncodeYUVPlanes(
            compressor,
            bgr.data().address(),
            bgr.cols(),
            (int) bgr.step(),
            bgr.rows(),
            BGR,
            padded.addresses(),
            padded.strides(),
            sampling.turboJpegCode(),
            0);
    check(status, compressor);
    List<Mat> mats = new ArrayList<>(padded.mats());
    mats.set(0, new Mat(mats.get(0), new Rect(0, 0, bgr.cols(), bgr.rows())));
    return new Planes(sampling, bgr.cols(), bgr.rows(), mats);
  }

  /** A baseline JPEG of three channels that holds nothing but these planes. */
  byte[] encode(Planes picture, int quality) {
    int code = picture.sampling().turboJpegCode();
    long most = TurboJpeg.tjBufSize(picture.widthPx(), picture.heightPx(), code);
    Pointer target = encoded.reserve(most);
    Planes whole = picture.ofWholeSamples();
    long[] jpeg = {target.address()};
    long[] bytes = {most};
    int status =
        TurboJpeg.tjCompressFromYUVPlanes(
            compressor,
            whole.addresses(),
            picture.widthPx(),
            whole.strides(),
            picture.heightPx(),
            code,
            jpeg,
            bytes,
            quality,
            ACCURATE_DCT | NO_REALLOC);
    check(status, compressor);
    byte[] result = new byte[Math.toIntExact(bytes[0])];
    new BytePointer(target).get(result);
    return result;
  }

  private static void check(int status, long handle) {
    if (status != 0) {
      throw new IllegalStateException(
          "libjpeg-turbo on planes of ours: " + TurboJpeg.tjGetErrorStr2(handle));
    }
  }

  /**
   * A JPEG decoded into planes, which are valid until the codec decodes another file.
   *
   * @param planes what is decoded
   * @param widthPx width of the picture, of which the planes have so many eighths
   */
  private record Decoded(Planes planes, int widthPx, int heightPx, int eighths, JpegCodec codec)
      implements DecodedPicture {

    @Override
    public SmallPicture scaled(Rect region, int widthPx, int heightPx, Resampling resampling) {
      if (region.width() == widthPx && region.height() == heightPx) {
        // Every pixel as any decoder shows it; there is little to win where nothing shrinks.
        return new OpenCvPicture(unscaled(region));
      }
      Rect part =
          new Rect(
              region.x() * eighths / WHOLE,
              region.y() * eighths / WHOLE,
              region.width() * eighths / WHOLE,
              region.height() * eighths / WHOLE);
      return new PlanarPicture(
          codec,
          widthPx,
          heightPx,
          JpegSampling.HALVED,
          sampling -> codec.scaler().scaled(planes, part, widthPx, heightPx, sampling, resampling));
    }

    @Override
    public SmallPicture squeezed(int sidePx) {
      Rect whole = new Rect(0, 0, planes.widthPx(), planes.heightPx());
      return new PlanarPicture(
          codec,
          sidePx,
          sidePx,
          JpegSampling.NONE,
          sampling -> {
            Planes wanted = sampling == JpegSampling.NONE ? planes.luma() : planes;
            return codec.scaler().scaled(wanted, whole, sidePx, sidePx, sampling, Resampling.AREA);
          });
    }

    /**
     * uint8 [height, width, 3], BGR. Colour is unfolded as libjpeg does it: by a triangle. Scales
     * whole colour samples, for which the planes have room, and cuts afterwards: an odd side would
     * stretch the colour.
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
}
