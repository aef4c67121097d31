package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps pictures whose measures lie within the recipe's limits.
 *
 * <p>Rejects: the reason of each measure's limit.
 */
public final class CheckMeasures implements Check<PreparedImage> {

  private static final String KEY = "quality.measures";

  /**
   * Names of the measures that a worker takes of the main picture, with the largest value;
   * docs/reasons.md has the formulas.
   */
  public static final Map<String, Double> MEASURES =
      Map.ofEntries(
          Map.entry("sharpness", 1020.0 * 1020.0),
          Map.entry("entropy_bits", 8.0),
          Map.entry("luma_mean", 255.0),
          Map.entry("contrast", 128.0),
          Map.entry("dark_share", 1.0),
          Map.entry("bright_share", 1.0),
          Map.entry("border_left_share", 1.0),
          Map.entry("border_right_share", 1.0),
          Map.entry("border_top_share", 1.0),
          Map.entry("border_bottom_share", 1.0),
          Map.entry("colour_deviation", 128.0),
          Map.entry("colourfulness", 500.0));

  /** Largest limit for the bytes of a pixel, which needs no worker. */
  private static final double MAX_BYTES_PER_PIXEL = 100;

  private final List<Limit> limits = new ArrayList<>();

  private final boolean measured;

  private CheckMeasures(boolean measured) {
    this.measured = measured;
  }

  /** Reads the keys below {@code quality}. */
  public static CheckMeasures ofQuality(RecipeReader recipe) {
    CheckMeasures step = new CheckMeasures(measures(recipe));
    step.least(recipe, "colour_deviation", 2, RejectReason.IMAGE_ONE_COLOUR);
    step.least(recipe, "sharpness", 0, RejectReason.IMAGE_BLURRED);
    step.least(recipe, "entropy_bits", 0, RejectReason.IMAGE_PLAIN);
    step.least(recipe, "luma_mean", 0, RejectReason.IMAGE_BADLY_EXPOSED);
    step.most(recipe, "luma_mean", RejectReason.IMAGE_BADLY_EXPOSED, "luma_mean");
    step.most(recipe, "dark_share", RejectReason.IMAGE_BADLY_EXPOSED, "dark_share");
    step.most(recipe, "bright_share", RejectReason.IMAGE_BADLY_EXPOSED, "bright_share");
    step.least(recipe, "contrast", 0, RejectReason.IMAGE_LOW_CONTRAST);
    step.least(recipe, "colourfulness", 0, RejectReason.IMAGE_COLOURLESS);
    step.most(
        recipe,
        "border_share",
        RejectReason.IMAGE_HAS_BORDERS,
        "border_left_share",
        "border_right_share",
        "border_top_share",
        "border_bottom_share");
    step.least(recipe, "bytes_per_pixel", 0, RejectReason.IMAGE_OVERCOMPRESSED);
    return step;
  }

  /** Whether anything is measured: reads {@code quality.measures}. */
  static boolean measures(RecipeReader recipe) {
    return recipe.isFirst(KEY, "all", "none");
  }

  private void least(RecipeReader recipe, String measure, double preset, RejectReason reason) {
    double max = MEASURES.getOrDefault(measure, MAX_BYTES_PER_PIXEL);
    double bound = bound(recipe, "min-" + measure, preset, max);
    if (measured && bound != 0) {
      limits.add(new Limit(measure, true, bound, reason));
    }
  }

  private void most(RecipeReader recipe, String name, RejectReason reason, String... measures) {
    double max = MEASURES.get(measures[0]);
    double bound = bound(recipe, "max-" + name, max, max);
    for (String measure : measures) {
      if (measured && bound != max) {
        limits.add(new Limit(measure, false, bound, reason));
      }
    }
  }

  /**
   * Reads a limit, at least 0; notes a problem where the recipe limits a measure that is not taken.
   */
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
    return judge(image.measures(), image);
  }

  @Override
  public KeyEffect effectOf(String key) {
    return key.equals(KEY) ? KeyEffect.REMAKES : KeyEffect.LIMITS_PICTURE;
  }

  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    return limits.stream().allMatch(limit -> pair.measures().containsKey(limit.measure()))
        ? Optional.of(judge(pair.measures(), pair).outcome(Set.of()))
        : Optional.empty();
  }

  private <T> Checked<T> judge(Map<String, Double> measures, T image) {
    Checked<T> checked = Checked.fine(image);
    for (Limit limit : limits) {
      Double value = measures.get(limit.measure());
      if (value == null) {
        throw new IllegalStateException("the image worker did not measure " + limit.measure());
      }
      checked = limit.judge(value, checked);
    }
    return checked;
  }

  /** Whether a measure is beyond one of the limits. */
  public boolean isBroken(Measured by) {
    return limits.stream().anyMatch(limit -> limit.isBroken(by));
  }

  /**
   * Judges a picture again that {@code before}, of the same measures, rejected. Of it is known that
   * it keeps the limits before the one it broke, and the value that broke that one.
   *
   * @return the first reason for which it is rejected, or nothing for one that is kept; empty where
   *     that does not follow
   */
  public Optional<List<RejectReason>> judgeAgain(CheckMeasures before, Measured broken) {
    List<Limit> kept = before.limits.stream().takeWhile(limit -> !limit.isBroken(broken)).toList();
    for (Limit limit : limits) {
      if (limit.isBroken(broken)) {
        return Optional.of(List.of(limit.reason()));
      }
      boolean isKept =
          limit.measure().equals(broken.measure())
              || kept.stream().anyMatch(limit::isNoTighterThan);
      if (!isKept) {
        return Optional.empty();
      }
    }
    return Optional.of(List.of());
  }

  /**
   * One limit.
   *
   * @param isLeast whether the bound is the smallest allowed value, or the largest
   * @param reason what a picture beyond it is rejected for
   */
  record Limit(String measure, boolean isLeast, double bound, RejectReason reason) {

    <T> Checked<T> judge(double value, Checked<T> checked) {
      if (keeps(value)) {
        return checked;
      }
      String shown = String.format(Locale.ROOT, "%.4g", value);
      return checked.but(
          reason,
          "the picture's %s is %s; it must be %s".formatted(measure, shown, inWords()),
          isLeast
              ? Measured.atLeast(measure, value, bound, "")
              : Measured.atMost(measure, value, bound, ""));
    }

    /** Whether a value is within the limit; what is no number breaks every limit. */
    boolean keeps(double value) {
      return isLeast ? value >= bound : value <= bound;
    }

    boolean isBroken(Measured by) {
      return measure.equals(by.measure()) && !keeps(by.value());
    }

    /** Whether whatever keeps the other keeps this one. */
    boolean isNoTighterThan(Limit other) {
      return measure.equals(other.measure)
          && isLeast == other.isLeast
          && (isLeast ? bound <= other.bound : bound >= other.bound);
    }

    String inWords() {
      return (isLeast ? "at least " : "at most ") + bound;
    }
  }
}
