package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelScoreTest {

  private static final int TOKENS = 8;

  /** A recipe beside the models that {@code onnx_models.py} of the image worker makes. */
  private static RecipeReader recipe(String score) {
    return RecipeReader.parse(
        models().resolve("recipe.yaml").toString(), "scores:\n  fit: {" + score + "}\n");
  }

  private static Path models() {
    try {
      return Path.of(ModelScoreTest.class.getResource("models").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ModelScore read(String score) {
    RecipeReader recipe = recipe(score);
    List<ModelScore> scores = ModelScore.from(recipe, TOKENS);
    assertThat(CheckMeasures.ofScores(recipe).isOn()).isTrue();
    recipe.finish();
    return scores.get(0);
  }

  private static List<RecipeProblem> problems(String score) {
    RecipeReader recipe = recipe(score);
    ModelScore.from(recipe, TOKENS);
    assertThat(CheckMeasures.ofScores(recipe).isOn()).isTrue();
    return catchThrowableOfType(InvalidRecipeException.class, recipe::finish).problems();
  }

  @Test
  void everyKeyIsMapped() {
    ModelScore score =
        read(
            "model: channels-last.onnx, input-side-px: 32, layout: nhwc, normalisation: imagenet,"
                + " output: 0, min: -1, max: 2.5");

    assertThat(score.name()).isEqualTo("fit");
    assertThat(score.measure()).isEqualTo("score.fit");
    assertThat(score.model()).isEqualTo(models().resolve("channels-last.onnx").toString());
    assertThat(score.sha256()).matches("[0-9a-f]{64}");
    assertThat(score.sidePx()).isEqualTo(32);
    assertThat(score.channelsLast()).isTrue();
    assertThat(score.normalisation()).isEqualTo(PixelNormalisation.IMAGENET);
    assertThat(score.tokens()).isZero();
    assertThat(score.output()).isZero();
  }

  @Test
  void modelOfPictureAndCaptionTakesAsManyIdsAsACaptionHas() {
    assertThat(read("model: brightness-and-tokens.onnx, input: image-and-tokens").tokens())
        .isEqualTo(TOKENS);
  }

  @Test
  void inForceIsTheModelsContent() {
    RecipeReader recipe = recipe("model: mean-brightness.onnx, input-side-px: 16");
    ModelScore score = ModelScore.from(recipe, TOKENS).get(0);

    assertThat(recipe.finish()).containsEntry("scores.fit.model", "sha256:" + score.sha256());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model: channels-last.onnx, min: 2, max: 1, layout: nhwc | scores.fit.min | 2.0 is more"
            + " than max, 1.0",
        "min: 1, max: 2 | scores.fit.model | is missing; name an ONNX file",
      })
  void saysWhatIsWrong(String score, String key, String message) {
    assertThat(problems(score))
        .filteredOn(problem -> problem.key().equals(key))
        .extracting(RecipeProblem::message)
        .contains(message);
  }

  @ParameterizedTest
  @CsvSource({"0.25, true", "0.5, true", "0.2499, false", "0.5001, false", "NaN, false"})
  void scoreMustLieWithinItsLimits(double score, boolean kept) {
    CheckMeasures step = CheckMeasures.ofScores(recipe("min: 0.25, max: 0.5"));
    PreparedImage image =
        new PreparedImage(
            new Picture(new EncodedImage(new byte[0]), ImageEncoding.JPEG, PictureColour.RGB, 8, 8),
            List.of(),
            8,
            8,
            0,
            0,
            Map.of("score.fit", score));

    Outcome<PreparedImage> outcome = step.apply(image);

    assertThat(outcome.keptOnly()).hasSize(kept ? 1 : 0);
    assertThat(outcome.rejectedOnly())
        .extracting(Rejection::reason)
        .allMatch(reason -> reason == RejectReason.SCORE_OUT_OF_RANGE);
  }
}
