package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.abort;

import io.pairstream.cleaning.image.Geometry.Resampling;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Planes against a full decoding by another library, scaled by area. */
class JpegCodecTest {

  private static final int SIDE = 128;
  private static final double ALIKE = 0.99;

  private final PlaneScaler scaler = new PlaneScaler();
  private PointerScope scope;
  private JpegCodec codec;

  @BeforeEach
  void load() {
    try {
      codec = new JpegCodec(scaler);
    } catch (UnsatisfiedLinkError e) {
      abort(e.getMessage());
    }
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    if (codec != null) {
      scope.close();
    }
  }

  @ParameterizedTest(name = "sampling {0}, progressive {1}, cut at {2},{3}")
  @CsvSource({
    "221111, 0, 0, 0", "221111, 0, 1, 0", "221111, 0, 0, 1", "221111, 1, 37, 13",
    "211111, 0, 1, 1", "211111, 1, 2, 2", "121111, 0, 1, 1", "111111, 0, 1, 1"
  })
  void comesCloseToAFullDecoding(String sampling, int progressive, int left, int top) {
    byte[] file = jpeg(SIDE * 3 + 41, SIDE * 3 + 17, sampling, progressive);
    Rect region = new Rect(left, top, SIDE * 3 - 5, SIDE * 3 - 5);

    Mat bgr = scaled(file, region, SIDE, SIDE).bgr();

    assertAlike(bgr, reference(file, region, SIDE, SIDE));
  }

  @ParameterizedTest(name = "{0} eighths, sampling {1}, progressive {2}, cut at {3},{4}")
  @CsvSource({
    "4, 221111, 0, 0, 0", "4, 221111, 1, 3, 1", "4, 211111, 0, 5, 2", "4, 111111, 0, 1, 7",
    "2, 221111, 0, 2, 5", "2, 121111, 1, 0, 3", "1, 221111, 0, 1, 6", "1, 221111, 1, 0, 0"
  })
  void comesCloseWithLessThanTheWholeResolution(
      int eighths, String sampling, int progressive, int left, int top) {
    int times = JpegCodec.WHOLE / eighths;
    byte[] file = jpeg(320 * times + 1, 315 * times + 3, sampling, progressive);
    Rect region = new Rect(left * times, top * times, 303 * times, 301 * times);

    DecodedPicture decoded = codec.decode(file, null, eighths).orElseThrow();

    assertThat(decoded.widthPx()).isEqualTo(320 * times + 1);
    SmallPicture picture = decoded.scaled(region, 110, 109, Resampling.AREA);
    Mat reference = reference(file, region, 110, 109);
    assertAlike(picture.bgr(), reference);
    assertThat(Likeness.difference(shown(picture), reference)).isLessThan(4.5);
  }

  /** Soft stripes of colour: half a pixel to the side costs ten times what the codec does. */
  @ParameterizedTest(name = "cut at {0},{1}, to {2} px")
  @CsvSource({"0, 0, 100", "1, 0, 100", "0, 1, 100", "7, 5, 100", "3, 0, 150", "1, 1, 150"})
  void keepsColourInItsPlace(int left, int top, int side) {
    Mat stripes = new Mat(170, 170, opencv_core.CV_8UC3);
    try (UByteIndexer pixels = stripes.createIndexer()) {
      for (int y = 0; y < 170; y++) {
        for (int x = 0; x < 170; x++) {
          pixels.put(y, x, 0, (int) (128 + 100 * Math.sin(x / 4.0)));
          pixels.put(y, x, 1, 128);
          pixels.put(y, x, 2, (int) (128 + 100 * Math.sin(y / 4.0)));
        }
      }
    }
    byte[] file = DrawnMats.encoded(stripes, ".jpg");
    Rect region = new Rect(left, top, 150, 150);

    Mat bgr = scaled(file, region, side, side).bgr();

    assertThat(Likeness.difference(bgr, reference(file, region, side, side))).isLessThan(1.5);
  }

  @Test
  void showsGreyAsGrey() {
    Mat drawn = new Mat();
    opencv_imgproc.cvtColor(DrawnMats.draw(301, 203, 5), drawn, opencv_imgproc.COLOR_BGR2GRAY);
    byte[] file = DrawnMats.encoded(drawn, ".jpg");
    Rect region = new Rect(1, 1, 200, 200);

    SmallPicture picture = scaled(file, region, SIDE, SIDE);

    assertAlike(picture.bgr(), reference(file, region, SIDE, SIDE));
    assertThat(DrawnMats.decoded(picture.jpeg(95, ChromaSubsampling.HALVED)).channels())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(ChromaSubsampling.class)
  void encodesWhatItShows(ChromaSubsampling chroma) {
    byte[] file = jpeg(301, 203, "221111", 0);

    SmallPicture picture = scaled(file, new Rect(50, 1, 201, 201), 97, 97);

    Mat shown = DrawnMats.decoded(picture.jpeg(95, chroma));
    assertThat(Likeness.difference(shown, picture.bgr())).isLessThan(4.0);
  }

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"96, 64", "97, 64", "96, 65", "97, 65"})
  void showsTheColoursThatItIsGiven(int widthPx, int heightPx) {
    byte[] file = jpeg(301, 203, "221111", 0);
    SmallPicture picture = scaled(file, new Rect(0, 0, 301, 203), widthPx, heightPx);
    Mat colours = new Mat();
    opencv_core.flip(picture.bgr(), colours, 0);
    Mat luma = new OpenCvPicture(colours).luma();

    SmallPicture recoloured = picture.recoloured(colours);

    assertThat(Likeness.difference(recoloured.bgr(), colours)).isZero();
    assertThat(Likeness.difference(recoloured.luma(), luma)).isLessThan(0.1);
    for (ChromaSubsampling chroma : ChromaSubsampling.values()) {
      Mat shown = DrawnMats.decoded(recoloured.jpeg(95, chroma));
      assertThat(Likeness.difference(shown, colours)).isLessThan(4.5);
    }
  }

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"96, 64", "33, 60", "32, 61", "33, 61"})
  void encodesNothingThatLiesBesideThePicture(int widthPx, int heightPx) {
    assertThat(encodedAmid(255, widthPx, heightPx)).isEqualTo(encodedAmid(0, widthPx, heightPx));
  }

  private byte[] encodedAmid(int level, int widthPx, int heightPx) {
    BytePointer memory =
        new BytePointer(Planes.bytes(JpegSampling.HALVED, widthPx, heightPx)).fill(level);
    Planes planes = Planes.over(memory, JpegSampling.HALVED, widthPx, heightPx);
    planes.mats().forEach(mat -> mat.put(new Scalar(90, 0, 0, 0)));
    return codec.encode(planes, 95);
  }

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"96, 64", "97, 64", "96, 65", "97, 65"})
  void turnsPlanesAsPixelsTurn(int widthPx, int heightPx) {
    byte[] file = jpeg(301, 203, "221111", 0);
    SmallPicture stored = scaled(file, new Rect(0, 0, 301, 203), widthPx, heightPx);

    for (ExifOrientation orientation : ExifOrientation.values()) {
      SmallPicture turned = stored.turned(orientation);

      Mat expected = OpenCvPicture.turned(stored.bgr(), orientation);
      assertThat(turned.widthPx()).isEqualTo(expected.cols());
      assertThat(turned.heightPx()).isEqualTo(expected.rows());
      assertThat(Likeness.difference(turned.bgr(), expected)).isLessThan(0.5);
      assertThat(Likeness.difference(shown(turned), expected)).as("" + orientation).isLessThan(4.5);
    }
  }

  @Test
  void decodesPicturesOfAnySizeOneAfterTheOther() {
    for (int side : new int[] {1, 4_000, 17, 640, 2, 3}) {
      byte[] file = jpeg(side, side, "221111", 0);
      Rect region = new Rect(0, 0, side, side);

      SmallPicture picture = scaled(file, region, 32, 32);

      assertThat(Likeness.difference(picture.bgr(), reference(file, region, 32, 32)))
          .as(side + " px")
          .isLessThan(4.0);
    }
  }

  private static byte[] jpeg(int widthPx, int heightPx, String sampling, int progressive) {
    return DrawnMats.encoded(
        DrawnMats.draw(widthPx, heightPx, 7),
        ".jpg",
        opencv_imgcodecs.IMWRITE_JPEG_QUALITY,
        92,
        opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR,
        Integer.parseInt(sampling, 16),
        opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE,
        progressive);
  }

  private SmallPicture scaled(byte[] file, Rect region, int widthPx, int heightPx) {
    return codec
        .decode(file, null, JpegCodec.WHOLE)
        .orElseThrow()
        .scaled(region, widthPx, heightPx, Resampling.AREA);
  }

  private static Mat reference(byte[] file, Rect region, int widthPx, int heightPx) {
    return DrawnMats.byArea(new Mat(DrawnMats.decoded(file), region), widthPx, heightPx);
  }

  private static Mat shown(SmallPicture picture) {
    return DrawnMats.decoded(picture.jpeg(95, ChromaSubsampling.HALVED));
  }

  private static void assertAlike(Mat picture, Mat reference) {
    assertThat(Likeness.difference(picture, reference)).isLessThan(1.5);
    assertThat(Likeness.similarity(picture, reference)).isGreaterThan(ALIKE);
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "3, 8", "1, 2", "3, 2"})
  void itsPlanesHaveTheHashOfOpenCvsPixels(int channels, int eighths) {
    for (int number = 0; number < 20; number++) {
      Mat picture = DrawnMats.draw(800 + number, 709, number);
      if (channels == 1) {
        opencv_imgproc.cvtColor(picture, picture, opencv_imgproc.COLOR_BGR2GRAY);
      }
      byte[] file = DrawnMats.encoded(picture, ".jpg");

      long byPlanes = hash(codec.decode(file, null, eighths).orElseThrow());
      long byPixels = hash(new OpenCvDecoder.Decoded(DrawnMats.decoded(file), scaler));

      assertThat(Long.bitCount(byPlanes ^ byPixels)).isLessThanOrEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"256, 256", "301, 257", "640, 300", "100, 90"})
  void itsPlanesHaveTheMeasuresOfTheirPixels(int width, int height) {
    for (int number = 0; number < 10; number++) {
      byte[] file = DrawnMats.encoded(DrawnMats.draw(900 + number, 701, number), ".jpg");
      Rect all = new Rect(0, 0, 900 + number, 701);
      DecodedPicture picture = codec.decode(file, null, JpegCodec.WHOLE).orElseThrow();
      SmallPicture planes = picture.scaled(all, width, height, Resampling.AREA);
      Mat pixels = picture.scaled(all, width, height, Resampling.AREA).bgr();

      Map<String, Double> byPlanes = PictureMeasures.of(planes);
      Map<String, Double> byPixels = PictureMeasures.of(new OpenCvPicture(pixels));

      for (String name : List.of("colour_deviation", "colourfulness", "luma_mean")) {
        assertThat(byPlanes.get(name)).as(name).isCloseTo(byPixels.get(name), withinPercentage(4));
      }
    }
  }

  private static long hash(DecodedPicture picture) {
    return PerceptualHash.of(picture.squeezed(PerceptualHash.side(ColourConversion.NONE)))
        .upright();
  }
}
