package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.Geometry.Layout;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImagePlan.Rendition;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PixelOperations;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.image.ProbedImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Makes of an encoded image all pictures that a plan asks for, from one decoding.
 *
 * <p>In this order:
 *
 * <ol>
 *   <li>the geometry is laid out from the declared size, so that what it rejects is not decoded;
 *   <li>the file is decoded, a large JPEG at a half, a quarter or an eighth of its resolution;
 *       transparent pixels come to lie on white;
 *   <li>for each picture, its part of the producer's crop box is cut out and scaled, in the numbers
 *       as they are stored, as other programs do, then turned upright: the small result rather than
 *       the big original;
 *   <li>its colours are converted to sRGB;
 *   <li>it is measured, if it is the main one;
 *   <li>its pixels are changed as the plan asks, and it is laid on its canvas;
 *   <li>it is encoded, without any metadata of the original.
 * </ol>
 *
 * <p>Not thread-safe.
 */
public final class ImagePreparer {

  /**
   * Least number of decoded pixels to a pixel of a result, along a side, where less than the whole
   * resolution is decoded: with 2.5, SSIM falls below 0.99 for one photograph in forty.
   */
  private static final double LEFT = 2.75;

  private final ColourReader colours = new ColourReader();
  private final PlaneScaler scaler = new PlaneScaler();
  private final OpenCvDecoder openCv;

  /** Null where this system has no libjpeg-turbo. */
  private final JpegCodec jpeg;

  private final String codecs;

  private ImagePlan plan = ImagePlan.PRESETS;

  /** Loads the native libraries. */
  public ImagePreparer() {
    // One image at a time, one worker per core: more threads would fight with the other workers.
    opencv_core.setNumThreads(1);
    openCv = new OpenCvDecoder(scaler);
    JpegCodec codec = null;
    String library;
    try {
      codec = new JpegCodec(scaler);
      library = codec.library();
    } catch (UnsatisfiedLinkError e) {
      library = "OpenCV, slower, as " + e.getMessage();
    }
    jpeg = codec;
    codecs = "JPEG by " + library + ", all else by OpenCV " + opencv_core.CV_VERSION;
  }

  /** Who decodes what, in words. */
  public String codecs() {
    return codecs;
  }

  /** From now on, makes what {@code other} asks for. */
  public void follow(ImagePlan other) {
    plan = other;
  }

  /**
   * Makes the pictures.
   *
   * @param seen the file's bytes in native memory; null where they do not lie there already
   */
  @SuppressWarnings("try") // the scope works by being open
  public Outcome<PreparedImage> prepare(ImageToPrepare image, ByteBuffer seen) {
    // Everything native that is made below, returned by a call or not, is freed with the scope.
    try (PointerScope scope = new PointerScope()) {
      byte[] file = image.image().encoded().bytes();
      Upright upright =
          new Upright(image.image().widthPx(), image.image().heightPx(), ExifOrientation.of(file));
      return plan.layouts(upright.widthPx(), upright.heightPx(), image.cropBox())
          .then(
              layouts ->
                  colours
                      .read(file, plan.colourProfile())
                      .map(conversion -> InkDecoder.bearable(conversion, image.image()))
                      .then(
                          conversion ->
                              decode(image.image(), seen, conversion, eighths(upright, layouts))
                                  .then(
                                      decoded -> prepare(decoded, upright, layouts, conversion))));
    }
  }

  /**
   * Eighths of each side's resolution from which all is made: the fewest that leave {@link #LEFT}
   * times the pixels that each picture and the hash have, and whole pixels of each part. Half a
   * pixel to the side would show.
   */
  private static int eighths(Upright upright, List<Layout> layouts) {
    int shorter = Math.min(upright.widthPx(), upright.heightPx());
    double shrinks = (double) shorter / PerceptualHash.UNCONVERTED_SIDE;
    int offsets = 0;
    for (Layout layout : layouts) {
      shrinks = Math.min(shrinks, layout.shrinks());
      Rect part = upright.stored(layout.source());
      offsets |= part.x() | part.y() | part.width() | part.height();
    }
    int eighths = JpegCodec.WHOLE;
    while (eighths > 1
        && shrinks * eighths / 2 >= LEFT * JpegCodec.WHOLE
        && offsets * eighths / 2 % JpegCodec.WHOLE == 0) {
      eighths /= 2;
    }
    return eighths;
  }

  /** Decodes the image with the decoder for its type and colours; the only place that chooses. */
  private Outcome<DecodedPicture> decode(
      ProbedImage image, ByteBuffer seen, ColourConversion conversion, int eighths) {
    byte[] file = image.encoded().bytes();
    // OpenCV would decode a dozen other formats.
    return ImageType.of(file)
        .map(type -> decode(image, type, file, seen, eighths))
        .orElseGet(() -> OpenCvDecoder.damaged("the file is not a JPEG, PNG, WebP or GIF"))
        .then(
            picture ->
                conversion.ofInks() ? InkDecoder.decode(file, scaler) : Outcome.kept(picture))
        .then(picture -> ofDeclaredSize(picture, image));
  }

  private Outcome<DecodedPicture> decode(
      ProbedImage image, ImageType type, byte[] file, ByteBuffer seen, int eighths) {
    return switch (type) {
      case JPEG ->
          Optional.ofNullable(jpeg)
              .flatMap(codec -> codec.decode(file, seen, eighths))
              .map(Outcome::kept)
              .orElseGet(() -> openCv.decode(file));
      case PNG -> PngFile.bearable(PngFile.still(file)).then(openCv::decode);
      case WEBP -> openCv.decode(file);
      case GIF ->
          GifDecoder.decode(file, image.widthPx(), image.heightPx())
              .map(pixels -> new OpenCvDecoder.Decoded(pixels, scaler));
    };
  }

  private static Outcome<DecodedPicture> ofDeclaredSize(DecodedPicture decoded, ProbedImage image) {
    if (decoded.widthPx() == image.widthPx() && decoded.heightPx() == image.heightPx()) {
      return Outcome.kept(decoded);
    }
    return OpenCvDecoder.damaged(
        "the image decodes to "
            + (decoded.widthPx() + "x" + decoded.heightPx() + " px and declares ")
            + (image.widthPx() + "x" + image.heightPx()));
  }

  private Outcome<PreparedImage> prepare(
      DecodedPicture decoded, Upright upright, List<Layout> layouts, ColourConversion conversion) {
    SmallPicture main = upright(decoded, upright, layouts.get(0), plan.main(), conversion);
    Map<String, Double> measures = plan.measures() ? PictureMeasures.of(main) : new HashMap<>();
    PixelBox part = layouts.get(0).source();
    measures.put("crop_left_px", (double) part.leftPx());
    measures.put("crop_top_px", (double) part.topPx());
    measures.put("crop_width_px", (double) part.widthPx());
    measures.put("crop_height_px", (double) part.heightPx());
    SmallPicture squeezed =
        decoded.squeezed(PerceptualHash.side(conversion)).turned(upright.orientation());
    PerceptualHash hash = PerceptualHash.of(inSrgb(squeezed, conversion));
    Picture picture = finished(main, layouts.get(0), plan.main());
    List<Picture.Named> renditions = new ArrayList<>();
    long bytes = picture.encoded().size();
    for (int i = 0; i < plan.renditions().size(); i++) {
      Rendition rendition = plan.renditions().get(i);
      Layout layout = layouts.get(i + 1);
      SmallPicture small = upright(decoded, upright, layout, rendition.output(), conversion);
      Picture further = finished(small, layout, rendition.output());
      renditions.add(new Picture.Named(rendition.name(), further));
      bytes += further.encoded().size();
    }
    if (bytes > ImagePlan.MAX_PICTURE_BYTES) {
      return ImagePlan.tooLarge(bytes);
    }
    return Outcome.kept(
        new PreparedImage(
            picture,
            renditions,
            upright.widthPx(),
            upright.heightPx(),
            hash.upright(),
            hash.mirrored(),
            measures));
  }

  /** The layout's part of the image, upright and in sRGB. */
  private static SmallPicture upright(
      DecodedPicture decoded,
      Upright upright,
      Layout layout,
      PictureOutput output,
      ColourConversion conversion) {
    boolean swaps = upright.orientation().swapsSides();
    SmallPicture small =
        decoded
            .scaled(
                upright.stored(layout.source()),
                swaps ? layout.scaledHeightPx() : layout.scaledWidthPx(),
                swaps ? layout.scaledWidthPx() : layout.scaledHeightPx(),
                output.geometry().resampling())
            .turned(upright.orientation());
    return inSrgb(small, conversion);
  }

  private static SmallPicture inSrgb(SmallPicture small, ColourConversion conversion) {
    return conversion == ColourConversion.NONE
        ? small
        : small.recoloured(conversion.apply(small.bgr()));
  }

  private Picture finished(SmallPicture small, Layout layout, PictureOutput output) {
    PixelOperations pixels = plan.pixels();
    SmallPicture changed =
        pixels.inOrder().isEmpty()
            ? small
            : new OpenCvPicture(PixelChanges.apply(pixels.inOrder(), small.bgr()));
    SmallPicture whole =
        layout.isPadded() ? onCanvas(changed, layout, output.geometry().padRgb()) : changed;
    return new Picture(
        new EncodedImage(
            pixels.colour() == PictureColour.RGB
                ? encoded(whole, output)
                : encoded(PixelChanges.converted(pixels.colour(), whole), output)),
        output.encoding(),
        pixels.colour(),
        whole.widthPx(),
        whole.heightPx());
  }

  private static SmallPicture onCanvas(SmallPicture small, Layout layout, int padRgb) {
    Mat canvas = new Mat();
    opencv_core.copyMakeBorder(
        small.bgr(),
        canvas,
        layout.topPx(),
        layout.heightPx() - layout.scaledHeightPx() - layout.topPx(),
        layout.leftPx(),
        layout.widthPx() - layout.scaledWidthPx() - layout.leftPx(),
        opencv_core.BORDER_CONSTANT,
        new Scalar(padRgb & 0xFF, padRgb >> 8 & 0xFF, padRgb >> 16 & 0xFF, 0));
    return new OpenCvPicture(canvas);
  }

  private static byte[] encoded(SmallPicture picture, PictureOutput output) {
    return output.encoding() == ImageEncoding.JPEG
        ? picture.jpeg(output.jpegQuality(), output.jpegChroma())
        : encoded(picture.bgr(), output);
  }

  /** Encodes a picture that is not in RGB: one channel, or three with the last one first. */
  private static byte[] encoded(Mat channels, PictureOutput output) {
    return switch (output.encoding()) {
      case JPEG ->
          OpenCvPicture.encoded(
              channels, ".jpg", opencv_imgcodecs.IMWRITE_JPEG_QUALITY, output.jpegQuality());
      case PNG -> OpenCvPicture.encoded(channels, ".png");
      case RAW ->
          OpenCvPicture.bytes(
              channels.channels() == 3
                  ? OpenCvPicture.converted(channels, opencv_imgproc.COLOR_BGR2RGB)
                  : channels);
    };
  }
}
