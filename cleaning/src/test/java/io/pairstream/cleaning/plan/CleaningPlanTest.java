package io.pairstream.cleaning.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.image.SampleImages;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.CleaningPlan.GatedPair;
import io.pairstream.cleaning.plan.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.recipe.FlatYaml;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class CleaningPlanTest {

  private static final ProbedImage IMAGE = SampleImages.probed(ImageType.JPEG, 640, 480);

  private static final PreparedImage PREPARED =
      SampleImages.prepared(
          640,
          480,
          3L,
          Map.of(
              "colour_deviation", 50.0,
              "sharpness", 1_269.0,
              "entropy_bits", 7.45,
              "contrast", 57.0,
              "border_left_share", 0.0,
              "border_right_share", 0.0,
              "border_top_share", 0.0,
              "border_bottom_share", 0.0));

  /** Answers always the same and remembers what it was asked for. */
  private static final class FakeImageWorker implements ImageWorker {

    private final Outcome<PreparedImage> answer;
    private final List<ImagePlan> plans = new ArrayList<>();
    private final List<ImageToPrepare> images = new ArrayList<>();

    FakeImageWorker(Outcome<PreparedImage> answer) {
      this.answer = answer;
    }

    @Override
    public Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan) {
      images.add(image);
      plans.add(plan);
      return answer;
    }
  }

  private final FakeImageWorker worker = new FakeImageWorker(Outcome.kept(PREPARED));
  private final List<String> steps = new ArrayList<>();

  private CleaningPlan plan(String yaml) {
    return plan(RecipeReader.parse("recipe", yaml), worker);
  }

  private CleaningPlan plan(RecipeReader recipe, ImageWorker images) {
    return new CleaningPlan(recipe, images, (step, nanos, outcome) -> steps.add(step));
  }

  private static GatedPair pair(String caption) {
    return new GatedPair(IMAGE, PixelBox.WHOLE, new ReceivedCaption(caption, "en", ""), Set.of());
  }

  @Test
  void cleansTheCaptionBeforeTheImage() {
    Outcome<CleanedPair> outcome = plan("").clean(pair("A dog &amp; a  ball"));

    assertThat(steps)
        .containsSubsequence(
            "clean-caption", "check-caption-length", "tokenize-caption", "prepare-image")
        .endsWith("prepare-image", "check-image-quality");
    CleanedPair cleaned = outcome.keptOnly().get(0);
    assertThat(cleaned.original()).isEqualTo(IMAGE);
    assertThat(cleaned.image().picture()).isEqualTo(PREPARED.picture());
    assertThat(cleaned.caption().caption().text()).isEqualTo("A dog & a ball");
    assertThat(cleaned.caption().tokens().ids()).hasSize(128).startsWith(32, 3290).endsWith(50_256);
    assertThat(cleaned.caption().tokens().count()).isEqualTo(5);
    assertThat(worker.plans).containsExactly(ImagePlan.PRESETS);
    assertThat(worker.images).containsExactly(ImageToPrepare.whole(IMAGE));
  }

  @Test
  void decodesNoImageWhoseCaptionIsRejected() {
    Outcome<CleanedPair> outcome = plan("").clean(pair("dog"));

    assertThat(outcome.rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.CAPTION_TOO_SHORT);
    assertThat(steps)
        .containsExactly(
            "refuse-file-name", "clean-caption", "refuse-boilerplate", "check-caption-length");
    assertThat(worker.images).isEmpty();
  }

  @Test
  void addsWhatTheFileTellsToTheMeasures() {
    CleanedPair cleaned = plan("").clean(pair("A dog and a ball")).keptOnly().get(0);

    assertThat(cleaned.image().measures())
        .containsEntry("colour_deviation", 50.0)
        .containsEntry("aspect_ratio", 640.0 / 480)
        .containsEntry("bytes_per_pixel", 1.0 / (640 * 480));
    assertThat(
            plan("quality: {measures: none}")
                .clean(pair("A dog and a ball"))
                .keptOnly()
                .get(0)
                .image())
        .isEqualTo(PREPARED);
  }

  @Test
  void forbiddenPicturesLeaveBeforeAnyOtherCheckOfTheirPixels(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("digests"), "00".repeat(32));
    Files.writeString(folder.resolve("hashes"), "0000000000000003");
    String yaml =
        """
        forbidden: {digests-file: digests, hashes-file: hashes}
        quality: {min-colour-deviation: 51}
        """;
    CleaningPlan plan =
        plan(RecipeReader.parse(folder.resolve("recipe.yaml").toString(), yaml), worker);

    assertThat(plan.screen("00".repeat(32)).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.IMAGE_FORBIDDEN);
    assertThat(plan.screen("01".repeat(32)).keptOnly()).containsExactly("01".repeat(32));
    assertThat(plan.clean(pair("a dog and a ball")).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.PICTURE_FORBIDDEN);
    assertThat(plan.version()).isNotEqualTo(plan("").version());
  }

  @Test
  void groupsByContributorOnlyWhereAnImageIsRemembered() {
    assertThatThrownBy(
            () -> plan("{split: {group-by: contributor}, near-copies: {policy: ignore}}"))
        .hasMessageContaining("near-copies.policy must be keep-first or keep-all");
    assertThat(plan("{split: {group-by: contributor}, near-copies: {policy: keep-first}}").steps())
        .extracting(PlannedStep::inWords)
        .anyMatch(words -> words.startsWith("by the contributor"));
  }

  @Test
  void takesEveryStepsLimitsFromTheRecipe() {
    CleaningPlan plan =
        plan(
            """
            image: {side-px: 64, encoding: png}
            caption: {min-words: 1, min-characters: 1, max-bytes: 5}
            tokens: {length: 3, pad-id: 0}
            split: {validation-share: 1.0, test-share: 0.0}
            """);

    CleanedPair cleaned = plan.clean(pair("dog")).keptOnly().get(0);

    assertThat(cleaned.caption().tokens().ids()).containsExactly(9703, 0, 0);
    assertThat(worker.plans)
        .first()
        .extracting(
            images -> images.main().encoding(), images -> images.main().geometry().widthPx())
        .containsExactly(ImageEncoding.PNG, 64);
    assertThat(plan.clean(pair("doggie")).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.CAPTION_TOO_LONG);
    assertThat(plan.split().assign("00").split()).hasToString("VALIDATION");
    assertThat(plan.tokens().main().length()).isEqualTo(3);
  }

  @Test
  void reportsTheProblemsOfAllStepsAtOnce() {
    String yaml =
        """
        image: {side-px: 0}
        caption: {min-words: many}
        tokens: {length: 0}
        split: {folds: 0}
        colour: red
        """;

    InvalidRecipeException refusal =
        catchThrowableOfType(InvalidRecipeException.class, () -> plan(yaml));

    assertThat(refusal.problems())
        .extracting(RecipeProblem::key)
        .containsExactly(
            "image.side-px", "caption.min-words", "tokens.length", "split.folds", "colour");
  }

  @ParameterizedTest
  @FieldSource("io.pairstream.cleaning.recipe.RecipeFile#SHIPPED")
  void everyShippedRecipeIsValid(String name) throws IOException {
    CleaningPlan plan = plan(RecipeFile.find(name).reader(), worker);

    String caption = name.equals("chinese-clip") ? "一只狗在草地上玩球" : "a dog and a ball";
    assertThat(plan.clean(pair(caption)).keptOnly()).hasSize(1);
  }

  @Test
  void defaultRecipeStatesTheDefaults() throws IOException {
    CleaningPlan stated = plan(RecipeFile.find("dalle").reader(), worker);
    CleaningPlan silent = plan("");

    assertThat(stated.effectiveRecipe()).isEqualTo(silent.effectiveRecipe());
    assertThat(stated.version()).isEqualTo(silent.version());
    Set<String> written =
        FlatYaml.parse("dalle", RecipeFile.find("dalle").yaml()).entries().keySet();
    assertThat(written).containsAll(silent.effectiveRecipe().keySet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "caption: {min-words: 4}", "caption: {max-bytes: 8191}",
        "tokens: {length: 127}", "tokens: {pad-id: 0}",
        "split: {seed: 1}", "split: {validation-share: 0.0200001}",
        "image: {jpeg-quality: 94}", "image: {encoding: png}",
        "pixels: {denoise: median}", "pixels: {normalisation: clip}",
        "quality: {min-contrast: 1}", "forbidden: {max-distance-bits: 5}"
      })
  void anotherLimitIsAnotherVersion(String yaml) {
    assertThat(plan(yaml).version()).isNotEqualTo(plan("").version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# another comment\ncaption: {min-words: 5} # here too\ntokens: {length: 64}",
        "tokens:\n  length: 64\ncaption:\n  min-words: 5\n",
        "tokens.length: '64'\ncaption.min-words: 5",
        "{tokens: {length: 64}, caption: {min-words: 5, min-characters: 6}, split: {seed: 0}}"
      })
  void commentsOrderAndStatedDefaultsDoNotChangeTheVersion(String yaml) {
    assertThat(plan(yaml).version())
        .isEqualTo(plan("caption:\n  min-words: 5\ntokens:\n  length: 64\n").version());
  }

  @Test
  void everyStepSaysWhatItDoes() {
    assertThat(plan("").steps())
        .filteredOn(PlannedStep::isOn)
        .extracting(PlannedStep::name)
        .startsWith("probe-image", "check-image-size")
        .contains("clean-caption", "tokenize-caption", "prepare-image")
        .doesNotContain("write-text-forms", "check-flagged-words", "refuse-forbidden-digest")
        .endsWith("split-by-image");
    assertThat(plan("").steps())
        .filteredOn(step -> !step.isOn())
        .extracting(PlannedStep::name)
        .contains("write-text-forms", "check-flagged-words", "refuse-forbidden-digest");
  }
}
