package io.pairstream.cleaning.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.cleaning.plan.SplitByImage.Assignment;
import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitByImageTest {

  private static final int IMAGES = 100_000;

  private static SplitByImage step(long seed, double validation, double test) {
    return new SplitByImage(
        RecipeReader.parse(
            "recipe",
            "split: {seed: %s, validation-share: %s, test-share: %s}"
                .formatted(seed, validation, test)));
  }

  private static String digest(int number) {
    return String.format("%064x", number);
  }

  /**
   * Made in Python: {@code int.from_bytes(hashlib.sha256(f"split:{seed}:{digest}".encode())
   * .digest()[:8], "big") / 2**64}, and the same with {@code fold} times 5; the digests are those
   * of the words one, two, three, ..., as {@code hashlib.sha256(b"one").hexdigest()}.
   */
  @ParameterizedTest
  @CsvSource({
    // split 0.295, fold 0.270
    "0, 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed, TEST, 1",
    // split 0.170, fold 0.043
    "0, 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3, TEST, 0",
    // split 0.037, fold 0.746
    "0, 8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f, VALIDATION, 3",
    // split 0.814, fold 0.842
    "0, 04efaf080f5a3e74e1c29d1ca6a48569382cbbcd324e8d59d2b83ef21c039f00, TRAINING, 4",
    // split 0.022, fold 0.684
    "0, 44778d82365e4af681c40d5f0eef5cf6f5899d3f0ac335050a7ed6779cf3f674, VALIDATION, 3",
    // split 0.939, fold 0.490
    "0, edcd8e701a2df0cd66a39bae6aa156cf16fe2b9653ef65f7d31742e2352421e4, TRAINING, 2",
    // split 0.157, fold 0.092
    "42, 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed, TEST, 0",
    // split 0.631, fold 0.906
    "42, 8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f, TRAINING, 4",
    // split 0.105, fold 0.807
    "42, 3ba8d02b16fd2a01c1a8ba1a1f036d7ce386ed953696fa57331c2ac48a80b255, TEST, 4"
  })
  void assignsAsThePythonReferenceDoes(long seed, String digest, Split split, int fold) {
    SplitByImage step = step(seed, 0.1, 0.2);

    assertThat(step.assign(digest)).isEqualTo(new Assignment(split, fold));
  }

  @Test
  void holdsOutTheSharesAndFillsFoldsEvenly() {
    SplitByImage step = step(7, 0.02, 0.1);
    Map<Split, Integer> splits = new EnumMap<>(Split.class);
    int[] folds = new int[5];

    for (int i = 0; i < IMAGES; i++) {
      Assignment assignment = step.assign(digest(i));
      splits.merge(assignment.split(), 1, Integer::sum);
      folds[assignment.fold()]++;
    }

    // five standard deviations of a binomial distribution
    assertThat(splits.get(Split.VALIDATION)).isCloseTo(2_000, within(222));
    assertThat(splits.get(Split.TEST)).isCloseTo(10_000, within(475));
    for (int fold : folds) {
      assertThat(fold).isCloseTo(IMAGES / 5, within(633));
    }
  }

  @Test
  void refusesSharesThatSumToMoreThanAllTogetherWithOtherProblems() {
    RecipeReader recipe =
        RecipeReader.parse(
            "recipe", "split:\n  validation-share: 0.6\n  test-share: 0.5\n  folds: 0");
    assertThat(new SplitByImage(recipe)).isNotNull();

    assertThatThrownBy(recipe::finish)
        .isInstanceOf(InvalidRecipeException.class)
        .hasMessageContaining(
            "line 2: split.validation-share: validation and test together may hold out at most 1.0")
        .hasMessageContaining("line 4: split.folds: 0 is out of range: must be 1 to 1000");
  }
}
