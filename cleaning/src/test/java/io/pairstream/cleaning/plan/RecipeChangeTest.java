package io.pairstream.cleaning.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class RecipeChangeTest {

  private static final Map<String, Double> MEASURES =
      Map.of(
          "original_width_px", 600.0,
          "original_height_px", 300.0,
          "caption_characters", 40.0,
          "caption_words", 8.0,
          "caption_repetition", 0.25,
          "language_confidence", 0.75,
          "colour_deviation", 50.0,
          "sharpness", 123.456,
          "luma_mean", 100.0,
          "contrast", 30.0);

  private static RecipeChange change(String before, String after) {
    RecipeFile old = new RecipeFile("old", before.replace(';', '\n'));
    RecipeFile other = new RecipeFile("new", after.replace(';', '\n'));
    return new RecipeChange(plan(old), plan(other));
  }

  private static CleaningPlan plan(RecipeFile recipe) {
    return new CleaningPlan(
        recipe.reader(),
        (image, plan) -> {
          throw new AssertionError("no pixels are needed");
        },
        StepObserver.NONE);
  }

  private static String judged(RecipeChange change, Map<String, Double> measures) {
    return change
        .judge(new StoredPair("00", 0, "en-GB", measures))
        .map(
            outcome ->
                outcome.fold(kept -> "kept", no -> no.reason() + " " + no.measured().inWords()))
        .orElse("unknown");
  }

  @ParameterizedTest
  @CsvSource({
    "image: {min-side-px: 300}, kept",
    "image: {min-side-px: 301}, IMAGE_TOO_SMALL 300 px",
    "image: {max-aspect-ratio: 2.0}, kept",
    "image: {max-aspect-ratio: 1.9}, IMAGE_TOO_ELONGATED 2",
    "caption: {max-characters: 40}, kept",
    "caption: {max-characters: 39}, CAPTION_TOO_LONG 40 characters",
    "caption: {min-words: 8}, kept",
    "caption: {min-words: 9}, CAPTION_TOO_SHORT 8 words",
    "caption: {min-characters: 41}, CAPTION_TOO_SHORT 40 characters",
    "caption: {min-unspaced-characters: 50}, kept",
    "caption: {max-repetition: 0.25}, kept",
    "caption: {max-repetition: 0.24}, CAPTION_REPETITIVE 0.25 of the caption",
    "caption: {min-language-confidence: 0.75}, kept",
    "caption: {min-language-confidence: 0.76}, CAPTION_LANGUAGE_UNSURE 0.75",
    "caption: {languages: en}, kept",
    "caption: {languages: de}, CAPTION_LANGUAGE_UNWANTED en-GB",
    "quality: {min-sharpness: 123.456}, kept",
    "quality: {min-sharpness: 123.457}, IMAGE_BLURRED 123.5",
    "quality: {max-luma-mean: 99}, IMAGE_BADLY_EXPOSED 100",
  })
  void judgesByWhatIsStoredAsTheStepsDo(String recipe, String expected) {
    RecipeChange change = change("", recipe);

    assertThat(change.isByMeasures()).isTrue();
    assertThat(judged(change, MEASURES)).isEqualTo(expected);
  }

  @Test
  void theFirstStepThatRejectsSaysWhy() {
    assertThat(judged(change("", "caption: {min-words: 9};quality: {min-contrast: 31}"), MEASURES))
        .isEqualTo("CAPTION_TOO_SHORT 8 words");
  }

  @ParameterizedTest
  @CsvSource({
    "caption: {min-unspaced-characters: 5}, caption_words",
    "caption: {max-repetition: 0.3}, caption_repetition",
    "quality: {min-contrast: 3}, contrast",
    "image: {min-side-px: 100}, original_width_px"
  })
  void whatWasNotMeasuredIsUnknown(String recipe, String missing) {
    Map<String, Double> fewer = new HashMap<>(MEASURES);
    fewer.remove(missing);

    assertThat(judged(change("", recipe), fewer)).isEqualTo("unknown");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "caption: {max-digit-share: 0.1} | true",
        "caption: {links: mask} | true",
        "texts: {lower: true} | true",
        "tokens: {special-in-text: true, tokenizer: clip} | true",
        "image: {max-pixels: 1000} | true",
        "image: {animation: first-frame} | true",
        "image: {side-px: 128} | false",
        "pixels: {gamma: 1.1} | false",
        "quality: {measures: none, min-colour-deviation: 2} | false",
        "renditions: {small: {side-px: 64}} | false",
        "image: {crop-box: follow} | false"
      })
  void captionsAndHeadersAreJudgedWithoutPixels(String recipe, boolean isWithoutPixels) {
    RecipeChange change = change("", recipe);

    assertThat(change.isByMeasures()).isFalse();
    assertThat(change.isWithoutPixels()).isEqualTo(isWithoutPixels);
    assertThat(change.judgeAgain(RejectReason.IMAGE_DAMAGED, Measured.NONE).isPresent())
        .isEqualTo(isWithoutPixels);
  }

  @Test
  void aSectionThatIsLeftOutNeedsPixels() {
    assertThat(change("renditions: {small: {side-px: 64}}", "").isWithoutPixels()).isFalse();
  }

  @ParameterizedTest
  @FieldSource("io.pairstream.cleaning.recipe.RecipeFile#SHIPPED")
  void eachKeyIsOfAPartOfThePlan(String recipe) throws IOException {
    CleaningPlan plan = plan(RecipeFile.find(recipe));

    assertThat(plan.keys().stream().map(KeyUse::key)).containsAll(plan.effectiveRecipe().keySet());
  }

  @Test
  void aLengthOfTokensIsInEveryPair() {
    RecipeChange change = change("", "tokens: {length: 64}");

    assertThat(change.keys().keySet()).containsExactly("tokens.length");
    assertThat(change.isByMeasures()).isTrue();
    assertThat(change.inEveryPair()).contains("tokens.length");
  }

  @ParameterizedTest
  @CsvSource({
    // the same limit, a tighter one, one that the value breaks
    "min-sharpness: 200, IMAGE_BLURRED",
    "min-sharpness: 300, IMAGE_BLURRED",
    "min-sharpness: 124, IMAGE_BLURRED",
    // kept, and on the limit
    "min-sharpness: 123, kept",
    "min-sharpness: 123.46, kept",
    "min-sharpness: 123.47, IMAGE_BLURRED",
    // a limit before it was kept; a tighter one may not be; of a later one nothing is known
    "'min-sharpness: 300, min-colour-deviation: 9', IMAGE_BLURRED",
    "'min-sharpness: 300, min-colour-deviation: 11', unknown",
    "'min-sharpness: 123, min-contrast: 1', unknown",
    "'min-sharpness: 124, min-contrast: 1', IMAGE_BLURRED"
  })
  void judgesARejectedPictureAgainByTheMeasuredValue(String limits, String expected) {
    RecipeChange change =
        change(
            "quality: {min-colour-deviation: 10, min-sharpness: 200}",
            "quality: {min-colour-deviation: 10, %s}"
                .formatted(limits)
                .replaceFirst("min-colour-deviation: 10, (.*min-colour)", "$1"));

    assertThat(
            again(
                change, RejectReason.IMAGE_BLURRED, Measured.atLeast("sharpness", 123.46, 200, "")))
        .isEqualTo(expected);
  }

  @Test
  void whatOtherStepsRejectedBeforeStaysSo() {
    RecipeChange change = change("", "quality: {min-sharpness: 5}");

    assertThat(again(change, RejectReason.IMAGE_DAMAGED, Measured.NONE)).isEqualTo("IMAGE_DAMAGED");
    assertThat(again(change, RejectReason.STEP_CRASHED, Measured.NONE)).isEqualTo("unknown");
  }

  private static String again(RecipeChange change, RejectReason reason, Measured broken) {
    Optional<List<RejectReason>> judged = change.judgeAgain(reason, broken);
    return judged
        .map(reasons -> reasons.isEmpty() ? "kept" : reasons.get(0).name())
        .orElse("unknown");
  }
}
