package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks of what a header declares. */
class GateStepsTest {

  private static RecipeReader recipe(String imageKeys) {
    return RecipeReader.parse("recipe", "image: {" + imageKeys + "}");
  }

  private static ProbedImage image(int bytes, int widthPx, int heightPx) {
    return new ProbedImage(
        new EncodedImage(new byte[bytes]),
        ImageType.PNG,
        widthPx,
        heightPx,
        8,
        ColourModel.RGB,
        false);
  }

  private static ProbedImage image(
      ImageType type, int bitDepth, ColourModel colour, boolean animated) {
    return new ProbedImage(
        new EncodedImage(new byte[0]), type, 300, 300, bitDepth, colour, animated);
  }

  private static String judge(Step<ProbedImage, ProbedImage> step, ProbedImage image) {
    return step.apply(image)
        .fold(
            kept -> kept.equals(image) ? "kept" : "changed",
            no ->
                String.join(
                    " | ",
                    no.reason().name(),
                    no.detail(),
                    no.measured().inWords(),
                    no.measured().limitInWords()));
  }

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource(
      delimiter = '#',
      value = {
        "64 # 64 # kept",
        "192 # 64 # kept",
        "64 # 192 # kept",
        "63 # 64 # IMAGE_TOO_SMALL | the image is 63x64 px; its shorter side must have at least 64"
            + " px | 63 px | 64 px",
        "64 # 193 # IMAGE_TOO_ELONGATED | the image is 64x193 px; its longer side may be at most"
            + " 3.0 times its shorter side | 3.016 | 3"
      })
  void keepsShapesUpToTheLimits(int widthPx, int heightPx, String verdict) {
    CheckImageShape step = new CheckImageShape(recipe("min-side-px: 64, max-aspect-ratio: 3"));

    assertThat(judge(step, image(0, widthPx, heightPx))).isEqualTo(verdict);
  }

  @ParameterizedTest(name = "{0} bytes, {1}x{2}")
  @CsvSource(
      delimiter = '#',
      value = {
        "100 # 60 # 100 # kept",
        "101 # 60 # 100 # IMAGE_TOO_MANY_BYTES | the file has 101 bytes; at most 100 are allowed"
            + " | 101 bytes | 100 bytes",
        "100 # 6001 # 1 # IMAGE_TOO_MANY_PIXELS | the image is 6001x1 px, that is 6001 pixels; at"
            + " most 6000 are allowed | 6001 pixels | 6000 pixels"
      })
  void keepsSizesUpToTheLimits(int bytes, int widthPx, int heightPx, String verdict) {
    CheckImageSize step = new CheckImageSize(recipe("max-bytes: 100, max-pixels: 6000"));

    assertThat(judge(step, image(bytes, widthPx, heightPx))).isEqualTo(verdict);
  }

  private static Outcome<ProbedImage> declared(byte[] file) {
    return new ProbeImage().apply(new EncodedImage(file)).then(new CheckImageSize(recipe("")));
  }

  @Test
  void refusesByItsHeaderWhatCostsTooMuchToDecode() {
    assertThat(declared(ImageFiles.gif(30_000, 30_000, new int[] {0, 0, 1, 1})).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.IMAGE_TOO_MANY_PIXELS);
    assertThat(declared(ImageFiles.jpegMarkers(0xC2, 8, 7000, 7000, 1, 100)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_COSTLY,
                "the image goes over its 7000x7000 px in 100 scans; at most 20 scans are allowed"
                    + " at that size",
                Measured.atMost(
                    "scanned_pixels", 4_900_000_000L, 1_000_000_000L, "pixels_in_all_scans")));
    assertThat(declared(ImageFiles.pngDeclaring(7000, 7000, 16, 6)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_COSTLY,
                "the image decodes to 7000x7000 px of 8 bytes each; at most 25000000 such pixels"
                    + " are allowed",
                Measured.atMost("decoded_bytes", 392_000_000, 200_000_000, "bytes_decoded")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("largestThatAnOrdinaryProgramWrites")
  void keepsTheLargestThatAnOrdinaryProgramWrites(String name, byte[] file) {
    assertThat(declared(file).rejectedOnly()).isEmpty();
  }

  static Stream<Arguments> largestThatAnOrdinaryProgramWrites() {
    return Stream.of(
        Arguments.of("one scan a colour", ImageFiles.jpegMarkers(0xC0, 8, 8000, 6250, 3, 3)),
        Arguments.of("progressive JPEG", ImageFiles.jpegMarkers(0xC2, 8, 8000, 6250, 3, 20)),
        Arguments.of("four inks", ImageFiles.jpegMarkers(0xC2, 8, 8000, 6250, 4, 10)),
        Arguments.of("PNG with alpha", ImageFiles.pngDeclaring(8000, 6250, 8, 6)),
        Arguments.of("PNG of 16 bits", ImageFiles.pngDeclaring(7000, 4700, 16, 2)),
        Arguments.of("GIF", ImageFiles.gif(8000, 6250, new int[] {0, 0, 1, 1})));
  }

  @ParameterizedTest
  @CsvSource({
    "JPEG, 8, GREY, false, kept", "JPEG, 8, CMYK, false, kept",
    "PNG, 1, GREY, false, kept", "PNG, 16, RGB, false, kept",
    "GIF, 8, PALETTE, false, kept", "WEBP, 8, RGB, false, kept",
    "GIF, 8, PALETTE, true, IMAGE_ANIMATED", "PNG, 8, RGB, true, IMAGE_ANIMATED",
    "WEBP, 8, RGB, true, IMAGE_ANIMATED", "JPEG, 12, RGB, false, IMAGE_DEPTH_UNSUPPORTED"
  })
  void keepsWhatUnfoldsIntoEightBitRgb(
      ImageType type, int bitDepth, ColourModel colour, boolean animated, String verdict) {
    assertThat(
            judge(new RefuseUnhandledImages(recipe("")), image(type, bitDepth, colour, animated)))
        .startsWith(verdict);
  }

  @ParameterizedTest
  @EnumSource(names = {"GIF", "PNG", "WEBP"})
  void keepsAnAnimationWhereItsFirstFrameIsTaken(ImageType type) {
    RefuseUnhandledImages step = new RefuseUnhandledImages(recipe("animation: first-frame"));

    assertThat(judge(step, image(type, 8, ColourModel.RGB, true))).isEqualTo("kept");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10,20,300,200 | 10,20,300,200",
        "' 10, 20 ,300 ,200 ' | 10,20,300,200",
        "' ' | 0,0,0,0"
      })
  void readsTheCropBox(String text, String box) {
    assertThat(new ReadCropBox().apply(Map.of("crop_box", text)).keptOnly())
        .singleElement()
        .hasToString(box);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10,20,300", "10,20,300,200,5", "-1,20,300,200", "1.5,20,300,200",
        "10;20;300;200", "0,0,0,200", "0,0,99999999999,5", "१,0,3,3"
      })
  void rejectsWhatIsNoCropBox(String text) {
    assertThat(new ReadCropBox().apply(Map.of("crop_box", text)).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.CROP_BOX_INVALID);
  }
}
