package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import io.pairstream.cleaning.recipe.RecipeReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckImageShapeTest {

  private final CheckImageShape step = new CheckImageShape(new CheckImageShape.Limits(64, 3.0));

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"64, 64", "192, 64", "64, 192"})
  void keepsImageOnTheLimit(int widthPx, int heightPx) {
    ProbedImage image = image(widthPx, heightPx);

    assertThat(step.apply(image)).isEqualTo(Outcome.kept(image));
  }

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"63, 64", "64, 63"})
  void rejectsImageOnePixelTooSmall(int widthPx, int heightPx) {
    assertThat(step.apply(image(widthPx, heightPx)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_SMALL,
                "the image is "
                    + widthPx
                    + "x"
                    + heightPx
                    + " px; its shorter side must have at least 64 px",
                "63 px",
                "64 px"));
  }

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"193, 64", "64, 193"})
  void rejectsImageOnePixelTooLong(int widthPx, int heightPx) {
    assertThat(step.apply(image(widthPx, heightPx)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_TOO_ELONGATED,
                "the image is "
                    + widthPx
                    + "x"
                    + heightPx
                    + " px; its longer side may be at most 3.0 times its shorter side",
                "3.02",
                "3.0"));
  }

  @Test
  void takesDataCompsLimitsUnlessTold() {
    assertThat(CheckImageShape.Limits.from(RecipeReader.parse("test.yaml", "")))
        .isEqualTo(new CheckImageShape.Limits(200, 3.0));
  }

  @Test
  void takesBothLimitsFromTheRecipe() {
    RecipeReader recipe =
        RecipeReader.parse("test.yaml", "image: {min-side-px: 9, max-aspect-ratio: 1.5}");

    assertThat(CheckImageShape.Limits.from(recipe)).isEqualTo(new CheckImageShape.Limits(9, 1.5));
  }

  private static ProbedImage image(int widthPx, int heightPx) {
    return new ProbedImage(
        new EncodedImage(new byte[0]), ImageType.PNG, widthPx, heightPx, 8, ColourModel.RGB, false);
  }
}
