package io.pairstream.operations.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionsTest {

  private static final Map<String, Double> MEASURES =
      Map.of(
          "original_width_px", 640.0,
          "original_height_px", 400.0,
          "original_bytes", 50_000.0,
          "sharpness", 12.345678,
          "colour_deviation", 40.5,
          "luma_mean", 120.0,
          "dark_share", 0.25,
          "caption_tokens", 300.0);

  /** Limits whose values are not kept with a pair. */
  private static final Set<String> MEASURED_NOWHERE =
      Set.of(
          "caption.max-bytes",
          "caption.min-unspaced-characters",
          "caption.max-digit-share",
          "caption.max-symbol-share",
          "caption.max-capital-share");

  @Test
  void holdsMeasuresAgainstTheLimitsOfTheRecipeThatJudged() throws Exception {
    SortedMap<String, String> recipe = effective("dalle");

    JsonNode kept = Decisions.kept("a red bicycle", MEASURES, recipe);

    assertThat(of(kept, "shorter_side_px").path("measured").asText()).isEqualTo("400");
    assertThat(of(kept, "shorter_side_px").path("limit").asText())
        .isEqualTo("≥ " + recipe.get("image.min-side-px"));
    assertThat(of(kept, "longer_over_shorter").path("measured").asText()).isEqualTo("1.600");
    assertThat(of(kept, "longer_over_shorter").path("limit").asText()).isEqualTo("≤ 3");
    assertThat(of(kept, "sharpness").path("measured").asText()).isEqualTo("12.35");
    assertThat(of(kept, "colour_deviation").path("limit").asText()).isEqualTo("≥ 2");
    assertThat(of(kept, "sharpness").path("limit").asText()).as("none is in force").isEmpty();
    assertThat(of(kept, "luma_mean").path("limit").asText()).as("none is in force").isEmpty();
    assertThat(of(kept, "dark_share").path("limit").asText()).as("none is in force").isEmpty();
    assertThat(of(kept, "caption_tokens").path("detail").asText())
        .isEqualTo("longer ones are cut off");
    assertThat(kept).allMatch(one -> one.path("outcome").asText().equals("KEPT"));
  }

  @Test
  void leavesLimitsOutWhereTheRecipeIsNotKnown() {
    JsonNode kept =
        Decisions.kept(
            "a red bicycle",
            MEASURES,
            new KnownRecipes(List.of())
                .effective("unknown")
                .<Map<String, String>>map(r -> r)
                .orElse(Map.of()));

    assertThat(of(kept, "sharpness").path("measured").asText()).isEqualTo("12.35");
    assertThat(kept).allMatch(one -> one.path("limit").asText().isEmpty());
  }

  @Test
  void recipeOfOnesOwnExplainsToo(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("own.yaml"), "image:\n  min-side-px: 77\n");
    CleaningPlan plan =
        new CleaningPlan(
            RecipeFile.find(file.toString()).reader(), (image, with) -> null, StepObserver.NONE);

    assertThat(
            new KnownRecipes(List.of(folder.resolve("missing.yaml").toString(), file.toString()))
                .effective(plan.version()))
        .hasValueSatisfying(recipe -> assertThat(recipe).containsEntry("image.min-side-px", "77"));
  }

  @Test
  void holdsCaptionsAgainstTheLimitsOfTheirScript() throws Exception {
    Map<String, String> recipe = effective("dalle");
    Map<String, Double> measures =
        Map.of(
            "caption_characters", 14.0,
            "caption_words", 4.0,
            "caption_repetition", 0.125,
            "flagged_share", 0.0,
            "language_confidence", 0.97);

    JsonNode spaced = Decisions.kept("a red bicycle", measures, recipe);
    JsonNode unspaced = Decisions.kept("一辆红色的自行车", measures, recipe);

    assertThat(of(spaced, "caption_characters").path("limit").asText()).isEqualTo("6 – 2000");
    assertThat(of(spaced, "caption_words").path("limit").asText()).isEqualTo("≥ 3");
    assertThat(of(spaced, "caption_repetition").path("measured").asText()).isEqualTo("0.1250");
    assertThat(of(spaced, "caption_repetition").path("limit").asText()).isEqualTo("≤ 0.5000");
    assertThat(of(spaced, "flagged_share").path("limit").asText()).isEqualTo("≤ 0.04500");
    assertThat(of(spaced, "language_confidence").path("limit").asText())
        .as("none is in force")
        .isEmpty();
    assertThat(of(unspaced, "caption_characters").path("limit").asText()).isEqualTo("≤ 2000");
    assertThat(of(unspaced, "caption_words").path("limit").asText()).isEmpty();
  }

  @Test
  void holdsScoresOfModelsAgainstTheirOwnLimits() {
    JsonNode kept =
        Decisions.kept(
            "a red bicycle",
            Map.of("score.clip", 0.31, "score.odd", 7.0),
            Map.of(
                "scores.clip.min", "0.28",
                "scores.clip.max", "1.0E9",
                "scores.odd.min", "-1.0E9",
                "scores.odd.max", "1.0E9"));

    assertThat(of(kept, "score.clip").path("step").asText()).isEqualTo("check-model-scores");
    assertThat(of(kept, "score.clip").path("limit").asText()).isEqualTo("≥ 0.2800");
    assertThat(of(kept, "score.odd").path("limit").asText()).isEmpty();
  }

  /** A limit that a later step brings must be told too. */
  @Test
  void everyLimitOfTheRecipeThatMeasuresAreHeldAgainstIsTold() throws Exception {
    Set<String> told =
        Decisions.limits().stream().filter(key -> !key.isEmpty()).collect(Collectors.toSet());

    assertThat(effective("dalle").keySet())
        .filteredOn(key -> key.matches("(image|quality|caption)\\.(min|max)-.*"))
        .filteredOn(key -> !MEASURED_NOWHERE.contains(key))
        .isSubsetOf(told);
    assertThat(told).doesNotContainAnyElementsOf(MEASURED_NOWHERE);
  }

  private static SortedMap<String, String> effective(String recipe) throws Exception {
    CleaningPlan plan =
        new CleaningPlan(
            RecipeFile.find(recipe).reader(), (image, with) -> null, StepObserver.NONE);
    return new KnownRecipes(List.of()).effective(plan.version()).orElseThrow();
  }

  private static JsonNode of(JsonNode decisions, String measure) {
    for (JsonNode decision : decisions) {
      if (decision.path("measure").asText().equals(measure)) {
        return decision;
      }
    }
    throw new AssertionError("no decision about " + measure + " in " + decisions);
  }
}
