package io.pairstream.cleaning.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import java.nio.charset.StandardCharsets;

/**
 * Any text at all for a recipe: either it is in force as a whole, or it is refused with lines and
 * words for its author. In an ordinary run the kept inputs alone.
 */
class RecipeFuzzTest {

  @FuzzTest(maxDuration = "2m")
  void aRecipeIsInForceOrRefusedInWords(byte[] utf8) {
    String yaml = new String(utf8, StandardCharsets.UTF_8);
    try {
      CleaningPlan plan =
          new CleaningPlan(
              RecipeReader.parse("fuzz.yaml", yaml),
              (image, target) -> {
                throw new ImageWorkerUnavailableException("a recipe decodes nothing");
              },
              StepObserver.NONE);

      assertThat(plan.version()).matches("[0-9a-f]{16}");
    } catch (InvalidRecipeException refused) {
      assertThat(refused.problems())
          .isNotEmpty()
          .allSatisfy(
              problem -> {
                assertThat(problem.line()).isPositive();
                assertThat(problem.message()).isNotBlank().hasSizeLessThan(1000);
              });
    }
  }
}
