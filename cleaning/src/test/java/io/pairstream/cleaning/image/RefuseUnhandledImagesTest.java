package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefuseUnhandledImagesTest {

  private final RefuseUnhandledImages step = new RefuseUnhandledImages();

  @ParameterizedTest
  @CsvSource({
    "JPEG, 8, RGB",
    "JPEG, 8, GREY",
    "PNG, 8, RGB",
    "PNG, 1, GREY",
    "PNG, 4, PALETTE",
    "WEBP, 8, RGB"
  })
  void keepsWhatUnfoldsIntoEightBitRgb(ImageType type, int bitDepth, ColourModel colour) {
    ProbedImage image = image(type, bitDepth, colour, false);

    assertThat(step.apply(image)).isEqualTo(Outcome.kept(image));
  }

  @ParameterizedTest
  @CsvSource({
    "GIF, 8, PALETTE, false, IMAGE_TYPE_UNSUPPORTED",
    "GIF, 8, PALETTE, true, IMAGE_TYPE_UNSUPPORTED",
    "PNG, 8, RGB, true, IMAGE_ANIMATED",
    "WEBP, 8, RGB, true, IMAGE_ANIMATED",
    "JPEG, 8, CMYK, false, IMAGE_COLOUR_MODEL_UNSUPPORTED",
    "PNG, 16, RGB, false, IMAGE_DEPTH_UNSUPPORTED",
    "JPEG, 12, RGB, false, IMAGE_DEPTH_UNSUPPORTED",
    "JPEG, 2, GREY, false, IMAGE_DEPTH_UNSUPPORTED"
  })
  void rejectsTheRest(
      ImageType type, int bitDepth, ColourModel colour, boolean animated, RejectReason reason) {
    assertThat(step.apply(image(type, bitDepth, colour, animated)).rejectedOnly())
        .singleElement()
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(reason);
              assertThat(rejection.detail()).isNotBlank();
            });
  }

  private static ProbedImage image(
      ImageType type, int bitDepth, ColourModel colour, boolean animated) {
    return new ProbedImage(
        new EncodedImage(new byte[0]), type, 300, 300, bitDepth, colour, animated);
  }
}
