package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Checked;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Switchable;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Keeps pictures whose measures lie within the recipe's limits.
 *
 * <p>Rejects: {@code IMAGE_ONE_COLOUR}, {@code IMAGE_BLURRED}, {@code IMAGE_PLAIN}, {@code
 * IMAGE_BADLY_EXPOSED}, {@code IMAGE_LOW_CONTRAST}, {@code IMAGE_COLOURLESS}, {@code
 * IMAGE_HAS_BORDERS}, {@code IMAGE_OVERCOMPRESSED}.
 */
public final class CheckImageQuality implements Check<PreparedImage> {

  private final Limits limits;

  public CheckImageQuality(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String inWords() {
    return "keeps pictures with "
        + limits.inOrder().stream()
            .map(
                limit ->
                    "%s of at %s%s"
                        .formatted(
                            limit.measure(), limit.isLeast() ? "least " : "most ", limit.bound()))
            .collect(Collectors.joining(", "));
  }

  @Override
  public Checked<PreparedImage> check(PreparedImage image) {
    Checked<PreparedImage> checked = Checked.fine(image);
    for (Limit limit : limits.inOrder()) {
      double value = valueOf(limit.measure(), image);
      if (limit.isBrokenBy(value)) {
        checked =
            checked.but(
                limit.reason(),
                String.format(
                    Locale.ROOT,
                    "the picture's %s is %s; it must be at %s %s",
                    limit.measure(),
                    shown(value),
                    limit.isLeast() ? "least" : "most",
                    limit.bound()),
                shown(value),
                String.valueOf(limit.bound()));
      }
    }
    return checked;
  }

  /** Whether anything is measured: reads {@code quality.measures}. */
  static boolean measures(RecipeReader recipe) {
    return recipe.choice("quality.measures", "all", "all", "none").equals("all");
  }

  private static double valueOf(String measure, PreparedImage image) {
    Double value = image.measures().get(measure);
    if (value == null) {
      throw new IllegalStateException("the image worker did not measure " + measure);
    }
    return value;
  }

  private static String shown(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  /**
   * One limit.
   *
   * @param measure name of the measure
   * @param isLeast whether the bound is the smallest allowed value, or the largest
   * @param bound the bound, itself allowed
   * @param reason what a picture beyond it is turned away for
   */
  public record Limit(String measure, boolean isLeast, double bound, RejectReason reason) {

    boolean isBrokenBy(double value) {
      // This way round, so that what is no number breaks every limit.
      return isLeast ? !(value >= bound) : !(value <= bound);
    }
  }

  /**
   * Which values of which measures are good enough.
   *
   * @param inOrder the limits that can be broken
   */
  public record Limits(List<Limit> inOrder) implements Switchable {

    private static final List<String> SIDES = List.of("left", "right", "top", "bottom");

    public Limits {
      inOrder = List.copyOf(inOrder);
    }

    @Override
    public boolean isOn() {
      return !inOrder.isEmpty();
    }

    /** Reads the keys below {@code quality}. */
    public static Limits from(RecipeReader recipe) {
      Reading reading = new Reading(recipe, measures(recipe));
      reading.least("colour_deviation", 2, 0, 128, RejectReason.IMAGE_ONE_COLOUR);
      reading.least("sharpness", 0, 0, 1e6, RejectReason.IMAGE_BLURRED);
      reading.least("entropy_bits", 0, 0, 8, RejectReason.IMAGE_PLAIN);
      reading.least("luma_mean", 0, 0, 255, RejectReason.IMAGE_BADLY_EXPOSED);
      reading.most("luma_mean", 255, 0, 255, RejectReason.IMAGE_BADLY_EXPOSED);
      reading.most("dark_share", 1, 0, 1, RejectReason.IMAGE_BADLY_EXPOSED);
      reading.most("bright_share", 1, 0, 1, RejectReason.IMAGE_BADLY_EXPOSED);
      reading.least("contrast", 0, 0, 128, RejectReason.IMAGE_LOW_CONTRAST);
      reading.least("colourfulness", 0, 0, 500, RejectReason.IMAGE_COLOURLESS);
      double border = reading.bound("quality.max-border-share", 1, 0, 1);
      for (String side : SIDES) {
        reading.add("border_" + side + "_share", false, border, 1, RejectReason.IMAGE_HAS_BORDERS);
      }
      reading.least("bytes_per_pixel", 0, 0, 100, RejectReason.IMAGE_OVERCOMPRESSED);
      return new Limits(reading.limits);
    }
  }

  /** Limits as they are read. */
  private static final class Reading {

    private final RecipeReader recipe;
    private final boolean measures;
    private final List<Limit> limits = new ArrayList<>();

    Reading(RecipeReader recipe, boolean measures) {
      this.recipe = recipe;
      this.measures = measures;
    }

    void least(String measure, double preset, double min, double max, RejectReason reason) {
      add(measure, true, bound(key("min-", measure), preset, min, max), min, reason);
    }

    void most(String measure, double preset, double min, double max, RejectReason reason) {
      add(measure, false, bound(key("max-", measure), preset, min, max), max, reason);
    }

    private static String key(String direction, String measure) {
      return "quality." + direction + measure.replace('_', '-');
    }

    /** Reads a bound; one that is set where nothing is measured is a problem. */
    double bound(String key, double preset, double min, double max) {
      double bound = recipe.number(key, preset, min, max);
      if (!measures && bound != preset) {
        recipe.problem(key, "nothing is measured; set quality.measures to all");
      }
      return bound;
    }

    /** Adds a limit, unless nothing can break it. */
    void add(
        String measure, boolean isLeast, double bound, double unbreakable, RejectReason reason) {
      if (measures && bound != unbreakable) {
        limits.add(new Limit(measure, isLeast, bound, reason));
      }
    }
  }
}
