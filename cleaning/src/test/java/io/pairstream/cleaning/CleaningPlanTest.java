package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.ImageTarget;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class CleaningPlanTest {

  private static final ProbedImage IMAGE =
      new ProbedImage(
          new EncodedImage(new byte[] {1}),
          ImageType.JPEG,
          640,
          480,
          8,
          ProbedImage.ColourModel.RGB,
          false);

  private static final PreparedImage PREPARED =
      new PreparedImage(
          new EncodedImage(new byte[] {2}), ImageEncoding.JPEG, 256, 256, 640, 480, 3L);

  /** Answers always the same and remembers what it was asked for. */
  private static final class FakeImageWorker implements ImageWorker {

    private final Outcome<PreparedImage> answer;
    private final List<ImageTarget> targets = new ArrayList<>();

    FakeImageWorker(Outcome<PreparedImage> answer) {
      this.answer = answer;
    }

    @Override
    public Outcome<PreparedImage> prepare(ProbedImage image, ImageTarget target) {
      targets.add(target);
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
    return new GatedPair(IMAGE, new ReceivedCaption(caption, "en"));
  }

  @Test
  void cleansTheCaptionBeforeTheImage() {
    Outcome<CleanedPair> outcome = plan("").clean(pair("A dog &amp; a  ball"));

    assertThat(steps)
        .containsSubsequence(
            "clean-caption", "check-caption-length", "tokenize-caption", "prepare-image")
        .endsWith("prepare-image");
    CleanedPair cleaned = outcome.keptOnly().get(0);
    assertThat(cleaned.original()).isEqualTo(IMAGE);
    assertThat(cleaned.image()).isEqualTo(PREPARED);
    assertThat(cleaned.caption().caption().text()).isEqualTo("A dog & a ball");
    assertThat(cleaned.caption().tokens().ids()).hasSize(128).startsWith(32, 3290).endsWith(50_256);
    assertThat(cleaned.caption().tokens().count()).isEqualTo(5);
    assertThat(worker.targets).containsExactly(new ImageTarget(256, ImageEncoding.JPEG, 95));
  }

  @Test
  void decodesNoImageWhoseCaptionIsRejected() {
    Outcome<CleanedPair> outcome = plan("").clean(pair("dog"));

    assertThat(outcome.rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.CAPTION_TOO_SHORT);
    assertThat(steps).containsExactly("clean-caption", "check-caption-length");
    assertThat(worker.targets).isEmpty();
  }

  @Test
  void passesOnWhatTheImageWorkerRejects() {
    Rejection damaged = new Rejection(RejectReason.IMAGE_DAMAGED, "cut off", "", "");
    ImageWorker rejecting = new FakeImageWorker(Outcome.rejected(damaged));

    Outcome<CleanedPair> outcome =
        plan(RecipeReader.parse("recipe", ""), rejecting).clean(pair("a dog and a ball"));

    assertThat(outcome).isEqualTo(Outcome.rejected(damaged));
  }

  @Test
  void takesEveryStepsLimitsFromTheRecipe() {
    CleaningPlan plan =
        plan(
            """
            image: {side-px: 64, encoding: png}
            caption: {min-words: 1, min-characters: 1, max-bytes: 5}
            tokens: {length: 3, pad-id: 0}
            split: {validation-share: 1.0}
            """);

    CleanedPair cleaned = plan.clean(pair("dog")).keptOnly().get(0);

    assertThat(cleaned.caption().tokens().ids()).containsExactly(9703, 0, 0);
    assertThat(worker.targets).containsExactly(new ImageTarget(64, ImageEncoding.PNG, 95));
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

    assertThat(plan.clean(pair("a dog and a ball")).keptOnly()).hasSize(1);
  }

  @Test
  void defaultRecipeStatesTheDefaults() throws IOException {
    CleaningPlan stated = plan(RecipeFile.find("dalle").reader(), worker);
    CleaningPlan silent = plan("");

    assertThat(stated.effectiveRecipe()).isEqualTo(silent.effectiveRecipe());
    assertThat(stated.version()).isEqualTo(silent.version());
  }

  @Test
  void versionIsSixteenHexDigits() {
    assertThat(plan("").version()).matches("[0-9a-f]{16}").isEqualTo(plan("").version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "caption: {min-words: 4}",
        "caption: {max-bytes: 8191}",
        "tokens: {length: 127}",
        "tokens: {pad-id: 0}",
        "split: {seed: 1}",
        "split: {validation-share: 0.0200001}",
        "image: {jpeg-quality: 94}",
        "image: {encoding: png}"
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
}
