package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CheckImageSizeTest {

  private final CheckImageSize step = new CheckImageSize(new CheckImageSize.Limits(100, 6000));

  @Test
  void keepsImageOnBothLimits() {
    ProbedImage image = image(100, 60, 100);

    assertThat(step.apply(image)).isEqualTo(Outcome.kept(image));
  }

  @Test
  void rejectsImageOneByteTooBig() {
    assertThat(step.apply(image(101, 60, 100)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_MANY_BYTES,
                "the file has 101 bytes; at most 100 are allowed",
                "101 bytes",
                "100 bytes"));
  }

  @Test
  void rejectsImageOnePixelTooBig() {
    assertThat(step.apply(image(100, 6001, 1)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_MANY_PIXELS,
                "the image is 6001x1 px, that is 6001 pixels; at most 6000 are allowed",
                "6001 pixels",
                "6000 pixels"));
  }

  @Test
  void refusesPixelBombsByTheirHeader() {
    CheckImageSize inForce = new CheckImageSize(limits(""));
    byte[] gif = ImageFiles.gif(30_000, 30_000, new int[] {0, 0, 1, 1});
    byte[] png = ImageFiles.pngDeclaring(32_000, 32_000, 1, 0);

    for (byte[] bomb : new byte[][] {gif, png}) {
      assertThat(new ProbeImage().then(inForce).apply(new EncodedImage(bomb)).rejectedOnly())
          .singleElement()
          .satisfies(
              rejection ->
                  assertThat(rejection.reason()).isEqualTo(RejectReason.IMAGE_TOO_MANY_PIXELS));
    }
  }

  @Test
  void rejectsScansThatGoOverTooManyPixels() {
    assertThat(declared(ImageFiles.jpegMarkers(0xC2, 8, 7000, 7000, 1, 100)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_COSTLY,
                "the image goes over its 7000x7000 px in 100 scans; at most 20 scans are allowed"
                    + " at that size",
                "4900000000 pixels in all scans",
                "1000000000 pixels in all scans"));
  }

  @Test
  void rejectsPixelsOfTooManyBytes() {
    assertThat(declared(ImageFiles.pngDeclaring(7000, 7000, 16, 6)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_COSTLY,
                "the image decodes to 7000x7000 px of 8 bytes each; at most 25000000 such pixels"
                    + " are allowed",
                "392000000 bytes decoded",
                "200000000 bytes decoded"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("largestThatAnOrdinaryProgramWrites")
  void keepsTheLargestThatAnOrdinaryProgramWrites(String name, byte[] file) {
    assertThat(declared(file).rejectedOnly()).isEmpty();
  }

  static Stream<Arguments> largestThatAnOrdinaryProgramWrites() {
    return Stream.of(
        Arguments.of("baseline JPEG", ImageFiles.jpegMarkers(0xC0, 8, 8000, 6250, 3, 1)),
        Arguments.of("one scan a colour", ImageFiles.jpegMarkers(0xC0, 8, 8000, 6250, 3, 3)),
        Arguments.of("progressive JPEG", ImageFiles.jpegMarkers(0xC2, 8, 8000, 6250, 3, 20)),
        Arguments.of("100 scans", ImageFiles.jpegMarkers(0xC2, 8, 4000, 2500, 3, 100)),
        Arguments.of("four inks", ImageFiles.jpegMarkers(0xC2, 8, 8000, 6250, 4, 10)),
        Arguments.of("PNG", ImageFiles.pngDeclaring(8000, 6250, 8, 2)),
        Arguments.of("PNG with alpha", ImageFiles.pngDeclaring(8000, 6250, 8, 6)),
        Arguments.of("grey PNG of 16 bits", ImageFiles.pngDeclaring(8000, 6250, 16, 0)),
        Arguments.of("PNG of 16 bits", ImageFiles.pngDeclaring(7000, 4700, 16, 2)),
        Arguments.of("PNG of 16 bits, alpha", ImageFiles.pngDeclaring(6000, 4000, 16, 6)),
        Arguments.of("GIF", ImageFiles.gif(8000, 6250, new int[] {0, 0, 1, 1})));
  }

  private static Outcome<ProbedImage> declared(byte[] file) {
    return new ProbeImage().then(new CheckImageSize(limits(""))).apply(new EncodedImage(file));
  }

  private static CheckImageSize.Limits limits(String yaml) {
    RecipeReader recipe = RecipeReader.parse("test.yaml", yaml);
    CheckImageSize.Limits limits = CheckImageSize.Limits.from(recipe);
    assertThat(recipe.finish()).containsOnlyKeys("image.max-bytes", "image.max-pixels");
    return limits;
  }

  private static ProbedImage image(int bytes, int width, int height) {
    return new ProbedImage(
        new EncodedImage(new byte[bytes]),
        ImageType.JPEG,
        width,
        height,
        8,
        ColourModel.RGB,
        false);
  }
}
