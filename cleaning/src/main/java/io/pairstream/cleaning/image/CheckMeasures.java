package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Keeps pictures whose measures, or the scores that models give them, lie within the recipe's
 * limits.
 *
 * <p>Rejects: {@code IMAGE_ONE_COLOUR}, {@code IMAGE_BLURRED}, {@code IMAGE_PLAIN}, {@code
 * IMAGE_BADLY_EXPOSED}, {@code IMAGE_LOW_CONTRAST}, {@code IMAGE_COLOURLESS}, {@code
 * IMAGE_HAS_BORDERS}, {@code IMAGE_OVERCOMPRESSED}, {@code SCORE_OUT_OF_RANGE}.
 */
public final class CheckMeasures implements Check<PreparedImage> {

  /** A score beyond this is refused whatever the recipe says; so is what is no number. */
  private static final double BEYOND = 1e9;

  /** The limits that can be broken. */
  private final List<Limit> limits = new ArrayList<>();

  private final boolean measured;

  private CheckMeasures(boolean measured) {
    this.measured = measured;
  }

  /** Reads the keys below {@code quality}. */
  public static CheckMeasures ofQuality(RecipeReader recipe) {
    CheckMeasures step = new CheckMeasures(measures(recipe));
    step.least(recipe, "colour_deviation", 2, 128, RejectReason.IMAGE_ONE_COLOUR);
    step.least(recipe, "sharpness", 0, 1e6, RejectReason.IMAGE_BLURRED);
    step.least(recipe, "entropy_bits", 0, 8, RejectReason.IMAGE_PLAIN);
    step.least(recipe, "luma_mean", 0, 255, RejectReason.IMAGE_BADLY_EXPOSED);
    step.most(recipe, "luma_mean", 255, RejectReason.IMAGE_BADLY_EXPOSED, "luma_mean");
    step.most(recipe, "dark_share", 1, RejectReason.IMAGE_BADLY_EXPOSED, "dark_share");
    step.most(recipe, "bright_share", 1, RejectReason.IMAGE_BADLY_EXPOSED, "bright_share");
    step.least(recipe, "contrast", 0, 128, RejectReason.IMAGE_LOW_CONTRAST);
    step.least(recipe, "colourfulness", 0, 500, RejectReason.IMAGE_COLOURLESS);
    step.most(
        recipe,
        "border_share",
        1,
        RejectReason.IMAGE_HAS_BORDERS,
        "border_left_share",
        "border_right_share",
        "border_top_share",
        "border_bottom_share");
    step.least(recipe, "bytes_per_pixel", 0, 100, RejectReason.IMAGE_OVERCOMPRESSED);
    return step;
  }

  /** Reads {@code min} and {@code max} of each section below {@code scores}. */
  public static CheckMeasures ofScores(RecipeReader recipe) {
    CheckMeasures step = new CheckMeasures(true);
    for (String name : recipe.sections("scores")) {
      String section = "scores." + name + ".";
      double min = recipe.number(section + "min", -BEYOND, -BEYOND, BEYOND);
      double max = recipe.number(section + "max", BEYOND, -BEYOND, BEYOND);
      if (min > max) {
        recipe.problem(section + "min", min + " is more than max, " + max);
      }
      String measure = ModelScore.measure(name);
      step.limits.add(new Limit(measure, true, min, RejectReason.SCORE_OUT_OF_RANGE));
      step.limits.add(new Limit(measure, false, max, RejectReason.SCORE_OUT_OF_RANGE));
    }
    return step;
  }

  /** Whether anything is measured: reads {@code quality.measures}. */
  static boolean measures(RecipeReader recipe) {
    return recipe.isFirst("quality.measures", "all", "none");
  }

  private void least(
      RecipeReader recipe, String measure, double preset, double max, RejectReason reason) {
    double bound = bound(recipe, "min-" + measure, preset, max);
    if (measured && bound != 0) {
      limits.add(new Limit(measure, true, bound, reason));
    }
  }

  private void most(
      RecipeReader recipe, String name, double max, RejectReason reason, String... measures) {
    double bound = bound(recipe, "max-" + name, max, max);
    for (String measure : measures) {
      if (measured && bound != max) {
        limits.add(new Limit(measure, false, bound, reason));
      }
    }
  }

  /** A bound, from 0 on; one that is set where nothing is measured is a problem. */
  private double bound(RecipeReader recipe, String name, double preset, double max) {
    String key = "quality." + name.replace('_', '-');
    double bound = recipe.number(key, preset, 0, max);
    if (!measured && bound != preset) {
      recipe.problem(key, "nothing is measured; set quality.measures to all");
    }
    return bound;
  }

  @Override
  public boolean isOn() {
    return !limits.isEmpty();
  }

  @Override
  public String inWords() {
    return limits.stream()
        .map(limit -> limit.measure() + " of " + limit.inWords())
        .collect(Collectors.joining(", ", "keeps pictures with ", ""));
  }

  @Override
  public Checked<PreparedImage> check(PreparedImage image) {
    Checked<PreparedImage> checked = Checked.fine(image);
    for (Limit limit : limits) {
      Double value = image.measures().get(limit.measure());
      if (value == null) {
        throw new IllegalStateException("the image worker did not measure " + limit.measure());
      }
      checked = limit.judge(value, checked);
    }
    return checked;
  }

  /**
   * One limit.
   *
   * @param isLeast whether the bound is the smallest allowed value, or the largest
   * @param reason what a picture beyond it is rejected for
   */
  record Limit(String measure, boolean isLeast, double bound, RejectReason reason) {

    Checked<PreparedImage> judge(double value, Checked<PreparedImage> checked) {
      // This way round, so that what is no number breaks every limit.
      if (isLeast ? value >= bound : value <= bound) {
        return checked;
      }
      String shown = String.format(Locale.ROOT, "%.4g", value);
      return checked.but(
          reason,
          "the picture's %s is %s; it must be %s".formatted(measure, shown, inWords()),
          shown,
          String.valueOf(bound));
    }

    String inWords() {
      return (isLeast ? "at least " : "at most ") + bound;
    }
  }
}
