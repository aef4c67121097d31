package io.pairstream.cleaning.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasureLimitsTest {

  @Test
  void theDefaultRecipeLimitsWhatItsCommentsSay() {
    assertThat(limits(""))
        .containsExactlyInAnyOrder(
            "original_bytes<=8388608",
            "original_pixels<=50000000",
            "shorter_side_px>=200",
            "longer_over_shorter<=3.0",
            "colour_deviation>=2.0",
            "caption_characters>=6",
            "caption_characters<=2000",
            "caption_words>=3",
            "caption_repetition<=0.5",
            "flagged_share<=0.045");
  }

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
            "sharpness>=9.5",
            "luma_mean<=250.0",
            "border_left_share<=0.25",
            "border_bottom_share<=0.25",
            "language_confidence>=0.5");
  }

  private static List<String> limits(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe.yaml", yaml);
    return MeasureLimits.of(new CleaningPlan(recipe, null, StepObserver.NONE).effectiveRecipe());
  }
}
