package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import io.pairstream.cleaning.recipe.RecipeReader;
import org.junit.jupiter.api.Test;

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
  void countsPixelsBeyondThirtyTwoBits() {
    assertThat(step.apply(image(100, Integer.MAX_VALUE, Integer.MAX_VALUE)).keptOnly()).isEmpty();
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
  void allowsEightMebibytesAndFiftyMegapixelsUnlessTold() {
    assertThat(limits("")).isEqualTo(new CheckImageSize.Limits(8_388_608, 50_000_000));
  }

  @Test
  void takesBothLimitsFromTheRecipe() {
    assertThat(limits("image: {max-bytes: 17, max-pixels: 19}"))
        .isEqualTo(new CheckImageSize.Limits(17, 19));
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
