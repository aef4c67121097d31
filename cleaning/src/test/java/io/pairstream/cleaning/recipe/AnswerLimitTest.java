package io.pairstream.cleaning.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.RecipeChange;
import io.pairstream.cleaning.recipe.AnswerLimit.WhenOutside;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerLimitTest {

  private static final String RECIPE =
      """
      answers:
        nsfw: {max: 0.3}
        aesthetic:
          min: 4
          max: 10
          when-outside: tag
        watermark-label: {labels: 'clean,  unsure', when-outside: hold}
      """;

  @Test
  void readsLimitsOfNumbersAndLabels() {
    assertThat(plan(RECIPE).answerLimits())
        .containsExactly(
            new AnswerLimit("nsfw", null, 0.3, List.of(), WhenOutside.SHADOW),
            new AnswerLimit("aesthetic", 4.0, 10.0, List.of(), WhenOutside.TAG),
            new AnswerLimit(
                "watermark-label", null, null, List.of("clean", "unsure"), WhenOutside.HOLD));
  }

  @Test
  void thePlanSaysThemInWords() {
    assertThat(plan(RECIPE).steps())
        .filteredOn(step -> step.stage().equals("answers"))
        .extracting(PlannedStep::name, PlannedStep::inWords)
        .map(Object::toString)
        .containsExactly(
            "(\"nsfw\", \"at most 0.3; the others are counted\")",
            "(\"aesthetic\", \"at least 4 and at most 10; the others are counted, and shown as such at the pair\")",
            "(\"watermark-label\", \"one of clean, unsure; views take a pair once it is answered"
                + " and within\")");
  }

  @Test
  void aMovedLimitIsInForceAndMakesNoOtherRecipe() {
    CleaningPlan before = plan(RECIPE);
    CleaningPlan after = plan(RECIPE.replace("0.3", "0.25"));
    RecipeChange change = new RecipeChange(before, after);

    assertThat(after.effectiveRecipe()).containsEntry("answers.nsfw.max", "0.25");
    assertThat(after.version()).isEqualTo(before.version()).isEqualTo(plan("").version());
    assertThat(change.keys()).containsOnlyKeys("answers.nsfw.max");
    assertThat(change.isByMeasures()).isTrue();
    assertThat(change.isWithoutPixels()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nsfw: {max: high} | line 3: answers.nsfw.max: 'high' is not a number (write the number \
          alone, the unit is in the key)
          nsfw: {max: .nan} | line 3: answers.nsfw.max: '.nan' is not a number (write the number \
          alone, the unit is in the key)
          nsfw: {min: 2, max: 1} | line 3: answers.nsfw.min: 2 is above max, which is 1
          nsfw: {when-outside: hold} | line 3: answers.nsfw: has no limit; give min or max of a \
          number, or labels
          style: {labels: photo, min: 1} | line 3: answers.style.labels: are of a label, min and \
          max of a number; an answer is one of them
          style: {labels: 'photo,'} | line 3: answers.style.labels: '' is no label; write each out, \
          with commas between them
          style: {labels: 'pho*'} | line 3: answers.style.labels: 'pho*' is no label; write each \
          out, with commas between them
          style: {labels: '=a'} | line 3: answers.style.labels: '=a' is no label; write each out, \
          with commas between them
          style: {labels: '1, two'} | line 3: answers.style.labels: '1' is a number; limit numbers \
          by min and max
          nsfw: {max: 1, when-outside: drop} | line 3: answers.nsfw.when-outside: 'drop' is not one \
          of shadow, tag, hold, reject
          NSFW: {max: 1} | line 3: answers.NSFW: an answer's name has 1 to 40 lower-case letters, \
          digits, hyphens and underscores
          nsfw: {maximum: 1, max: 1} | line 3: answers.nsfw.maximum: no such setting; did you mean \
          answers.nsfw.max?
          """)
  void saysWhatIsWrongAndWhere(String section, String problem) {
    InvalidRecipeException refusal =
        catchThrowableOfType(
            InvalidRecipeException.class, () -> plan("answers:\n\n  %s\n".formatted(section)));

    assertThat(refusal.problems()).extracting(RecipeProblem::toString).containsExactly(problem);
  }

  @Test
  void tenAnswersMayHaveLimits() {
    StringBuilder yaml = new StringBuilder("answers:\n");
    for (int i = 0; i < 10; i++) {
      yaml.append("  a%d: {min: 1}\n".formatted(i));
    }
    assertThat(plan(yaml.toString()).answerLimits()).hasSize(10);

    yaml.append("  more: {min: 1}\n");
    assertThat(catchThrowableOfType(InvalidRecipeException.class, () -> plan(yaml.toString())))
        .hasMessageContaining("answers: at most 10 answers may have limits");
  }

  private static CleaningPlan plan(String yaml) {
    return new CleaningPlan(RecipeReader.parse("recipe.yaml", yaml), null, StepObserver.NONE);
  }
}
