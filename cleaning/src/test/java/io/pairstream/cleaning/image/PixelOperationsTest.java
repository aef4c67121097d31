package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PixelOperations.PixelOperation;
import io.pairstream.cleaning.image.PixelOperations.PixelOperation.Kind;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PixelOperationsTest {

  private static ImagePlan plan(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    ImagePlan plan = ImagePlan.from(recipe);
    recipe.finish();
    return plan;
  }

  private static List<RecipeProblem> problems(String yaml) {
    return catchThrowableOfType(InvalidRecipeException.class, () -> plan(yaml)).problems();
  }

  @Test
  void noiseComesFirstThenLevelsThenEdges() {
    PixelOperations operations =
        plan("""
        pixels:
          sharpen-amount: 0.5
          equalise: clahe
          gamma: 0.9
          denoise: gaussian
        """)
            .pixels();

    assertThat(operations.inOrder())
        .containsExactly(
            new PixelOperation(Kind.GAUSSIAN, 5, 0, 0),
            new PixelOperation(Kind.GAMMA, 0, 0, 0.9),
            new PixelOperation(Kind.CLAHE, 8, 0, 2),
            new PixelOperation(Kind.SHARPEN, 0, 1, 0.5));
  }

  @Test
  void everyParameterComesFromTheRecipe() {
    assertThat(plan("pixels: {denoise: median, denoise-kernel-px: 7}").pixels().inOrder())
        .containsExactly(new PixelOperation(Kind.MEDIAN, 7, 0, 0));
    assertThat(
            plan("pixels: {denoise: bilateral, denoise-sigma-px: 3, denoise-strength-levels: 25}")
                .pixels()
                .inOrder())
        .containsExactly(new PixelOperation(Kind.BILATERAL, 5, 3, 25));
    assertThat(plan("pixels: {denoise: nl-means, denoise-strength-levels: 4}").pixels().inOrder())
        .containsExactly(new PixelOperation(Kind.NL_MEANS, 0, 0, 4));
    assertThat(plan("pixels: {equalise: clahe, clahe-clip-limit: 3, clahe-tiles: 4}").pixels())
        .isEqualTo(
            new PixelOperations(
                List.of(new PixelOperation(Kind.CLAHE, 4, 0, 3)), PictureColour.RGB));
    assertThat(plan("pixels: {equalise: global}").pixels().inOrder())
        .containsExactly(new PixelOperation(Kind.EQUALISE, 0, 0, 0));
    assertThat(plan("pixels: {sharpen-amount: 1, sharpen-sigma-px: 2}").pixels().inOrder())
        .containsExactly(new PixelOperation(Kind.SHARPEN, 0, 2, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hsv", "lab", "ycrcb"})
  void jpegHoldsNoOtherThreeChannels(String colour) {
    assertThat(problems("pixels: {colour: " + colour + "}"))
        .extracting(RecipeProblem::toString)
        .containsExactly(
            "line 1: pixels.colour: "
                + colour
                + " cannot be stored as jpeg; set image.encoding to png or raw");
    assertThat(plan("{pixels: {colour: " + colour + "}, image: {encoding: png}}").pixels().colour())
        .isEqualTo(PictureColour.valueOf(colour.toUpperCase(Locale.ROOT)));
  }

  @Test
  void renditionsHoldNoneEither() {
    assertThat(
            problems(
                """
                image: {encoding: raw}
                pixels: {colour: hsv}
                renditions: {small: {side-px: 64, encoding: jpeg}}
                """))
        .extracting(RecipeProblem::message)
        .containsExactly(
            "hsv cannot be stored as jpeg; set renditions.small.encoding to png or raw");
  }

  @ParameterizedTest
  @CsvSource({
    "none, ''",
    "zero-to-one, zero-to-one",
    "minus-one-to-one, minus-one-to-one",
    "clip, clip",
    "imagenet, imagenet"
  })
  void recordNamesTheRecommendedProfile(String word, String label) {
    RecipeReader recipe = RecipeReader.parse("recipe", "pixels: {normalisation: " + word + "}");

    assertThat(PixelNormalisation.from(recipe, PictureColour.RGB).label()).isEqualTo(label);
    assertThat(recipe.finish()).containsEntry("pixels.normalisation", word);
  }
}
