package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import io.pairstream.cleaning.recipe.RecipeReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RefuseUnhandledImagesTest {

  private final RefuseUnhandledImages step =
      new RefuseUnhandledImages(new RefuseUnhandledImages.Rules(false));

  @ParameterizedTest
  @CsvSource({
    "JPEG, 8, RGB",
    "JPEG, 8, GREY",
    "PNG, 8, RGB",
    "PNG, 1, GREY",
    "PNG, 4, PALETTE",
    "PNG, 16, RGB",
    "JPEG, 8, CMYK",
    "GIF, 8, PALETTE",
    "WEBP, 8, RGB"
  })
  void keepsWhatUnfoldsIntoEightBitRgb(ImageType type, int bitDepth, ColourModel colour) {
    ProbedImage image = image(type, bitDepth, colour, false);

    assertThat(step.apply(image)).isEqualTo(Outcome.kept(image));
  }

  @ParameterizedTest
  @CsvSource({
    "GIF, 8, PALETTE, true, IMAGE_ANIMATED",
    "PNG, 8, RGB, true, IMAGE_ANIMATED",
    "WEBP, 8, RGB, true, IMAGE_ANIMATED",
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

  @ParameterizedTest
  @EnumSource(names = {"GIF", "PNG", "WEBP"})
  void keepsAnAnimationWhereItsFirstFrameIsTaken(ImageType type) {
    RefuseUnhandledImages.Rules rules =
        RefuseUnhandledImages.Rules.from(
            RecipeReader.parse("test.yaml", "image: {animation: first-frame}"));
    ProbedImage image = image(type, 8, ColourModel.RGB, true);

    assertThat(new RefuseUnhandledImages(rules).apply(image)).isEqualTo(Outcome.kept(image));
  }

  private static ProbedImage image(
      ImageType type, int bitDepth, ColourModel colour, boolean animated) {
    return new ProbedImage(
        new EncodedImage(new byte[0]), type, 300, 300, bitDepth, colour, animated);
  }
}
