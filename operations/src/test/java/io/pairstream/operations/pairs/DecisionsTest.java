package io.pairstream.operations.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.operations.pairs.PairCard.Decision;
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

    List<Decision> kept = Decisions.kept("a red bicycle", MEASURES, recipe);

    assertThat(of(kept, "shorter_side_px").measured()).isEqualTo("400");
    assertThat(of(kept, "shorter_side_px").limit())
        .isEqualTo("≥ " + recipe.get("image.min-side-px"));
    assertThat(of(kept, "longer_over_shorter").measured()).isEqualTo("1.600");
    assertThat(of(kept, "longer_over_shorter").limit()).isEqualTo("≤ 3");
    assertThat(of(kept, "sharpness").measured()).isEqualTo("12.35");
    assertThat(of(kept, "colour_deviation").limit()).isEqualTo("≥ 2");
    assertThat(of(kept, "sharpness").limit()).as("none is in force").isEmpty();
    assertThat(of(kept, "luma_mean").limit()).as("none is in force").isEmpty();
    assertThat(of(kept, "dark_share").limit()).as("none is in force").isEmpty();
    assertThat(of(kept, "caption_tokens").detail().text()).isEqualTo("longer ones are cut off");
    assertThat(kept).allMatch(one -> one.outcome().equals("KEPT"));
  }

  @Test
  void leavesLimitsOutWhereTheRecipeIsNotKnown() {
    List<Decision> kept =
        Decisions.kept(
            "a red bicycle",
            MEASURES,
            new KnownRecipes(List.of())
                .effective("unknown")
                .<Map<String, String>>map(r -> r)
                .orElse(Map.of()));

    assertThat(of(kept, "sharpness").measured()).isEqualTo("12.35");
    assertThat(kept).allMatch(one -> one.limit().isEmpty());
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

    List<Decision> spaced = Decisions.kept("a red bicycle", measures, recipe);
    List<Decision> unspaced = Decisions.kept("一辆红色的自行车", measures, recipe);

    assertThat(of(spaced, "caption_characters").limit()).isEqualTo("6 – 2000");
    assertThat(of(spaced, "caption_words").limit()).isEqualTo("≥ 3");
    assertThat(of(spaced, "caption_repetition").measured()).isEqualTo("0.1250");
    assertThat(of(spaced, "caption_repetition").limit()).isEqualTo("≤ 0.5000");
    assertThat(of(spaced, "flagged_share").limit()).isEqualTo("≤ 0.04500");
    assertThat(of(spaced, "language_confidence").limit()).as("none is in force").isEmpty();
    assertThat(of(unspaced, "caption_characters").limit()).isEqualTo("≤ 2000");
    assertThat(of(unspaced, "caption_words").limit()).isEmpty();
  }

  @Test
  void holdsScoresOfModelsAgainstTheirOwnLimits() {
    List<Decision> kept =
        Decisions.kept(
            "a red bicycle",
            Map.of("score.clip", 0.31, "score.odd", 7.0),
            Map.of(
                "scores.clip.min", "0.28",
                "scores.clip.max", "1.0E9",
                "scores.odd.min", "-1.0E9",
                "scores.odd.max", "1.0E9"));

    assertThat(of(kept, "score.clip").step()).isEqualTo("check-model-scores");
    assertThat(of(kept, "score.clip").limit()).isEqualTo("≥ 0.2800");
    assertThat(of(kept, "score.odd").limit()).isEmpty();
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

  private static Decision of(List<Decision> decisions, String measure) {
    return decisions.stream()
        .filter(one -> one.measure().equals(measure))
        .findFirst()
        .orElseThrow();
  }
}
