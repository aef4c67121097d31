package io.pairstream.cleaning.recipe;

import static io.pairstream.cleaning.Measured.Bound.AT_LEAST;
import static io.pairstream.cleaning.Measured.Bound.AT_MOST;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeasureLimitsTest {

  @Test
  void everyLimitOfQualityIsOneOfItsMeasure() {
    String recipe =
        """
        quality:
          min-sharpness: 9.5
          max-luma-mean: 250
          max-border-share: 0.25
        caption:
          min-language-confidence: 0.5
        """;

    assertThat(limits(recipe))
        .contains(
            "sharpness AT_LEAST 9.5",
            "luma_mean AT_MOST 250.0",
            "border_left_share AT_MOST 0.25",
            "border_bottom_share AT_MOST 0.25",
            "language_confidence AT_LEAST 0.5");
  }

  @Test
  void namesTheKeyThatLimitsAMeasure() {
    Set<String> keys =
        new CleaningPlan(RecipeReader.parse("recipe.yaml", ""), null, StepObserver.NONE)
            .effectiveRecipe()
            .keySet();

    assertThat(MeasureLimits.key(keys, "sharpness", AT_LEAST)).contains("quality.min-sharpness");
    assertThat(MeasureLimits.key(keys, "sharpness", AT_MOST)).isEmpty();
    assertThat(MeasureLimits.key(keys, "luma_mean", AT_MOST)).contains("quality.max-luma-mean");
    assertThat(MeasureLimits.key(keys, "border_top_share", AT_MOST))
        .contains("quality.max-border-share");
    assertThat(MeasureLimits.key(keys, "caption_words", AT_LEAST)).contains("caption.min-words");
  }

  private static List<String> limits(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe.yaml", yaml);
    return MeasureLimits.of(new CleaningPlan(recipe, null, StepObserver.NONE).effectiveRecipe())
        .stream()
        .map(is -> "%s %s %s".formatted(is.measure(), is.bound(), is.limit()))
        .toList();
  }
}
