package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

public class CheckMeasuresTest {

  /** Key and value of a limit, a measure and a value beyond, and the reason. */
  public static final List<Arguments> LIMITS =
      List.of(
          arguments(
              "min-colour-deviation", 10, "colour_deviation", 9.99, RejectReason.IMAGE_ONE_COLOUR),
          arguments("min-sharpness", 100, "sharpness", 99.9, RejectReason.IMAGE_BLURRED),
          arguments("min-entropy-bits", 3, "entropy_bits", 2.99, RejectReason.IMAGE_PLAIN),
          arguments("min-luma-mean", 20, "luma_mean", 19.9, RejectReason.IMAGE_BADLY_EXPOSED),
          arguments("max-luma-mean", 230, "luma_mean", 230.1, RejectReason.IMAGE_BADLY_EXPOSED),
          arguments("max-dark-share", 0.5, "dark_share", 0.501, RejectReason.IMAGE_BADLY_EXPOSED),
          arguments(
              "max-bright-share", 0.5, "bright_share", 0.501, RejectReason.IMAGE_BADLY_EXPOSED),
          arguments("min-contrast", 10, "contrast", 9.9, RejectReason.IMAGE_LOW_CONTRAST),
          arguments("min-colourfulness", 5, "colourfulness", 4.9, RejectReason.IMAGE_COLOURLESS),
          arguments(
              "max-border-share", 0.1, "border_left_share", 0.11, RejectReason.IMAGE_HAS_BORDERS),
          arguments(
              "max-border-share", 0.1, "border_right_share", 0.11, RejectReason.IMAGE_HAS_BORDERS),
          arguments(
              "max-border-share", 0.1, "border_top_share", 0.11, RejectReason.IMAGE_HAS_BORDERS),
          arguments(
              "max-border-share", 0.1, "border_bottom_share", 0.11, RejectReason.IMAGE_HAS_BORDERS),
          arguments(
              "min-bytes-per-pixel",
              0.05,
              "bytes_per_pixel",
              0.049,
              RejectReason.IMAGE_OVERCOMPRESSED));

  /** Measures of an ordinary photograph. */
  public static final Map<String, Double> ORDINARY =
      Map.ofEntries(
          Map.entry("sharpness", 1500.0),
          Map.entry("entropy_bits", 7.4),
          Map.entry("luma_mean", 110.0),
          Map.entry("contrast", 55.0),
          Map.entry("dark_share", 0.02),
          Map.entry("bright_share", 0.02),
          Map.entry("colour_deviation", 60.0),
          Map.entry("colourfulness", 35.0),
          Map.entry("border_left_share", 0.0),
          Map.entry("border_right_share", 0.0),
          Map.entry("border_top_share", 0.0),
          Map.entry("border_bottom_share", 0.0),
          Map.entry("bytes_per_pixel", 0.6));

  private static Outcome<PreparedImage> judge(
      String yaml, String measure, double value, RejectReason... waived) {
    Map<String, Double> measures = new HashMap<>(ORDINARY);
    measures.put(measure, value);
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    CheckMeasures step = CheckMeasures.ofQuality(recipe);
    recipe.finish();
    return step.applyWaiving(image(measures), Set.of(waived));
  }

  private static PreparedImage image(Map<String, Double> measures) {
    return SampleImages.prepared(640, 480, 0, measures);
  }

  @ParameterizedTest
  @FieldSource("LIMITS")
  void keepsWhatIsOnALimitAndRejectsWhatIsBeyond(
      String key, double limit, String measure, double beyond, RejectReason reason) {
    String yaml = "quality: {" + key + ": " + limit + "}";

    assertThat(judge(yaml, measure, limit).keptOnly()).hasSize(1);
    assertThat(judge(yaml, measure, beyond).rejectedOnly())
        .extracting(Rejection::reason, Rejection::measured)
        .containsExactly(
            Tuple.tuple(
                reason,
                beyond < limit
                    ? Measured.atLeast(measure, beyond, limit, "")
                    : Measured.atMost(measure, beyond, limit, "")));
    assertThat(judge(yaml, measure, Double.NaN).rejectedOnly()).hasSize(1);
    assertThat(judge(yaml, measure, beyond, reason).keptOnly()).hasSize(1);
  }

  @Test
  void oneColourIsRejectedByDefaultAndNothingElse() {
    assertThat(judge("", "colour_deviation", 1.99).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.IMAGE_ONE_COLOUR);
    assertThat(judge("", "colour_deviation", 2).keptOnly()).hasSize(1);
    assertThat(
            CheckMeasures.ofQuality(
                    RecipeReader.parse("recipe", "quality: {min-colour-deviation: 0}"))
                .isOn())
        .isFalse();
  }

  @Test
  void limitOnWhatIsNotMeasuredIsAProblem() {
    RecipeReader recipe =
        RecipeReader.parse("recipe", "quality: {measures: none, min-sharpness: 5}");
    assertThat(CheckMeasures.ofQuality(recipe).isOn()).isFalse();

    assertThat(catchThrowableOfType(InvalidRecipeException.class, recipe::finish).problems())
        .extracting(RecipeProblem::key, RecipeProblem::message)
        .containsExactly(
            Tuple.tuple(
                "quality.min-sharpness", "nothing is measured; set quality.measures to all"));
  }

  @Test
  void workerThatDoesNotMeasureIsOurFault() {
    RecipeReader recipe = RecipeReader.parse("recipe", "");
    CheckMeasures step = CheckMeasures.ofQuality(recipe);

    assertThatThrownBy(() -> step.apply(image(Map.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("colour_deviation");
  }
}
