package io.pairstream.operations.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

  @Test
  void holdsMeasuresAgainstTheLimitsOfTheRecipeThatJudged() throws Exception {
    RecipeFile dalle = RecipeFile.find("dalle");
    CleaningPlan plan = new CleaningPlan(dalle.reader(), (image, with) -> null, StepObserver.NONE);
    SortedMap<String, String> recipe =
        new KnownRecipes(List.of()).effective(plan.version()).orElseThrow();

    JsonNode kept = Decisions.kept(MEASURES, recipe);

    assertThat(of(kept, "shorter_side_px").path("measured").asText()).isEqualTo("400");
    assertThat(of(kept, "shorter_side_px").path("limit").asText())
        .isEqualTo("≥ " + recipe.get("image.min-side-px"));
    assertThat(of(kept, "aspect_ratio").path("measured").asText()).isEqualTo("1.600");
    assertThat(of(kept, "aspect_ratio").path("limit").asText()).isEqualTo("≤ 3");
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

  @ParameterizedTest
  @CsvSource({
    "IMAGE_TOO_SMALL, Image too small",
    "CAPTION_NOT_UTF8, Caption not UTF-8",
    "FETCH_ROBOTS, Not fetched: robots.txt",
    "FETCH_URL_INVALID, Not fetched: URL invalid",
  })
  void saysReasonsInPlainWords(String reason, String words) {
    assertThat(ReasonWords.of(reason)).isEqualTo(words);
  }

  @ParameterizedTest
  @EnumSource(RejectReason.class)
  void everyReasonHasWords(RejectReason reason) {
    assertThat(ReasonWords.of(reason.name())).doesNotContain("_").matches("[A-Z].+");
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
