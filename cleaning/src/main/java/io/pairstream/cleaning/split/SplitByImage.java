package io.pairstream.cleaning.split;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Assigns an image to a split and a fold by its digest.
 *
 * <p>Both come from SHA-256 over the ASCII text {@code label:seed:digest}, where the label is
 * {@code split} or {@code fold}: the digest's first 8 bytes, read as an unsigned big-endian number
 * and divided by 2^64, are a point in [0, 1). Validation takes the points below its share, test the
 * next ones, training the rest. The fold is the point times the number of folds, rounded down.
 */
public final class SplitByImage {

  private static final double TWO_TO_64 = 0x1p64;

  private final Shares shares;

  public SplitByImage(Shares shares) {
    this.shares = shares;
  }

  /**
   * Where the image belongs.
   *
   * @param imageDigest lower-case hex SHA-256 of the original image bytes
   */
  public Assignment assign(String imageDigest) {
    double point = point("split", imageDigest);
    Split split =
        point < shares.validation()
            ? Split.VALIDATION
            : point < shares.validation() + shares.test() ? Split.TEST : Split.TRAINING;
    int fold =
        (int) Math.min(shares.folds() - 1L, (long) (point("fold", imageDigest) * shares.folds()));
    return new Assignment(split, fold);
  }

  private double point(String label, String imageDigest) {
    byte[] text =
        (label + ":" + shares.seed() + ":" + imageDigest).getBytes(StandardCharsets.US_ASCII);
    byte[] hash = Sha256.of(text);
    // 53 bits fit a double exactly, so that no rounding reaches 1.0.
    return new BigInteger(1, Arrays.copyOf(hash, 8)).shiftRight(11).doubleValue()
        * 0x1p11
        / TWO_TO_64;
  }

  /**
   * How much is held out.
   *
   * @param seed changes which images are held out
   * @param validation share of validation; 0 to 1
   * @param test share of test; 0 to 1; the rest is training
   * @param folds number of folds for cross-validation; at least 1
   */
  public record Shares(long seed, double validation, double test, int folds) {

    /** The shares, for a person. */
    public String inWords() {
      return String.format(
          Locale.ROOT,
          "by the image's digest alone and seed %d: %s %% training, %s %% validation, %s %% test;"
              + " %d folds",
          seed,
          percent(1 - validation - test),
          percent(validation),
          percent(test),
          folds);
    }

    private static String percent(double share) {
      return BigDecimal.valueOf(100 * share)
          .setScale(4, RoundingMode.HALF_UP)
          .stripTrailingZeros()
          .toPlainString();
    }

    /** Reads {@code split.*}. */
    public static Shares from(RecipeReader recipe) {
      Shares shares =
          new Shares(
              recipe.whole("split.seed", 0, 0, Long.MAX_VALUE),
              recipe.number("split.validation-share", 0.02, 0.0, 1.0),
              recipe.number("split.test-share", 0.0, 0.0, 1.0),
              recipe.integer("split.folds", 5, 1, 1000));
      if (shares.validation() + shares.test() > 1.0) {
        recipe.problem(
            "split.validation-share",
            "validation and test together may hold out at most 1.0 of the images, not "
                + (shares.validation() + shares.test()));
      }
      return shares;
    }
  }
}
