package io.pairstream.cleaning.plan;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.nio.ByteBuffer;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/**
 * Assigns an image to a split and a fold by its digest; where the recipe groups by contributor or
 * host, to a split by that, so that none has pairs in two.
 *
 * <p>Both come from SHA-256 over the ASCII text {@code label:seed:digest}, where the label is
 * {@code split} or {@code fold}: the digest's first 8 bytes, read as an unsigned big-endian number
 * and divided by 2^64, are a point in [0, 1). Validation takes the points below its share, test the
 * next ones, training the rest. The fold is the point times the number of folds, rounded down.
 */
public final class SplitByImage {

  private final long seed;
  private final double validation;
  private final double test;
  private final int folds;
  private final GroupBy groupBy;

  /** Reads {@code split.*}: a seed, the shares of validation and test, and the number of folds. */
  public SplitByImage(RecipeReader recipe) {
    seed = recipe.whole("split.seed", 0, 0, Long.MAX_VALUE);
    validation = recipe.number("split.validation-share", 0.02, 0.0, 1.0);
    test = recipe.number("split.test-share", 0.02, 0.0, 1.0);
    folds = recipe.integer("split.folds", 5, 1, 1000);
    groupBy = recipe.choice("split.group-by", GroupBy.IMAGE);
    if (validation + test > 1.0) {
      recipe.problem(
          "split.validation-share",
          "validation and test together may hold out at most 1.0 of the images, not "
              + (validation + test));
    }
  }

  /** The shares, for a person. */
  public String inWords() {
    return String.format(
        Locale.ROOT,
        "by the %s and seed %d: %s %% training, %s %% validation, %s %% test;" + " %d folds",
        switch (groupBy) {
          case IMAGE -> "image's digest alone";
          case CONTRIBUTOR -> "contributor, or the image's digest where there is none,";
          case HOST -> "URL's host, or the image's digest where there is none,";
        },
        seed,
        percent(1 - validation - test),
        percent(validation),
        percent(test),
        folds);
  }

  private static String percent(double share) {
    return new DecimalFormat("0.####", DecimalFormatSymbols.getInstance(Locale.ROOT))
        .format(100 * share);
  }

  /** Whether nothing but the image says where it belongs. */
  public boolean isByImage() {
    return groupBy == GroupBy.IMAGE;
  }

  /**
   * Where an image belongs by itself.
   *
   * @param imageDigest lower-case hex SHA-256 of the original image bytes
   * @param contributor who contributed the pair; may be empty
   * @param host that the image came from; may be empty
   */
  public Assignment assign(String imageDigest, String contributor, String host) {
    String group =
        switch (groupBy) {
          case IMAGE -> "";
          case CONTRIBUTOR -> contributor;
          case HOST -> host;
        };
    Assignment ofImage = assign(imageDigest);
    return group.isEmpty()
        ? ofImage
        : new Assignment(splitAt(point("split", group)), ofImage.fold());
  }

  /**
   * Where the image belongs by its digest alone.
   *
   * @param imageDigest lower-case hex SHA-256 of the original image bytes
   */
  public Assignment assign(String imageDigest) {
    int fold = (int) Math.min(folds - 1L, (long) (point("fold", imageDigest) * folds));
    return new Assignment(splitAt(point("split", imageDigest)), fold);
  }

  private Split splitAt(double point) {
    return point < validation
        ? Split.VALIDATION
        : point < validation + test ? Split.TEST : Split.TRAINING;
  }

  private double point(String label, String name) {
    byte[] hash = Sha256.of(label + ":" + seed + ":" + name);
    // 53 bits fit a double exactly, so that no rounding reaches 1.0.
    return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
  }

  /**
   * Where an image belongs.
   *
   * @param split training, validation or test
   * @param fold fold for cross-validation, from 0; independent of {@code split}
   */
  public record Assignment(Split split, int fold) {}

  /** Unit of assignment: all its pairs are in one split. */
  private enum GroupBy {
    IMAGE,
    CONTRIBUTOR,
    HOST
  }

  /** The part of the data set that a pair belongs to. */
  public enum Split {
    TRAINING,
    VALIDATION,
    TEST
  }
}
