package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.Switchable;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Keeps pictures to which the recipe's models give scores within its limits.
 *
 * <p>Rejects: {@code SCORE_OUT_OF_RANGE}.
 */
public final class CheckModelScores implements Step<PreparedImage, PreparedImage> {

  private final Limits limits;

  public CheckModelScores(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String inWords() {
    return "keeps pictures with "
        + limits.all().stream()
            .map(limit -> limit.measure() + " from " + limit.min() + " to " + limit.max())
            .collect(Collectors.joining(", "));
  }

  @Override
  public Outcome<PreparedImage> apply(PreparedImage image) {
    for (Limit limit : limits.all()) {
      double score = image.measures().get(limit.measure());
      if (!Double.isFinite(score) || score < limit.min() || score > limit.max()) {
        return Outcome.rejected(
            RejectReason.SCORE_OUT_OF_RANGE,
            String.format(
                Locale.ROOT,
                "the picture's %s is %.4g; it must be %s to %s",
                limit.measure(),
                score,
                limit.min(),
                limit.max()),
            String.format(Locale.ROOT, "%.4g", score),
            score < limit.min()
                ? String.valueOf(limit.min())
                : score > limit.max() ? String.valueOf(limit.max()) : "a number");
      }
    }
    return Outcome.kept(image);
  }

  /**
   * Between which bounds a score must lie, both allowed.
   *
   * @param measure the score's name among the measures
   */
  public record Limit(String measure, double min, double max) {}

  /**
   * What every score must be.
   *
   * @param all a limit for each score that a recipe asks for
   */
  public record Limits(List<Limit> all) implements Switchable {

    /** A score beyond this is refused whatever the recipe says; so is what is no number. */
    private static final double BEYOND = 1e9;

    public Limits {
      all = List.copyOf(all);
    }

    @Override
    public boolean isOn() {
      return !all.isEmpty();
    }

    /** Reads {@code min} and {@code max} of each section below {@code scores}. */
    public static Limits from(RecipeReader recipe) {
      return new Limits(
          recipe.sections("scores").stream().map(name -> limit(recipe, name)).toList());
    }

    private static Limit limit(RecipeReader recipe, String name) {
      String section = "scores." + name + ".";
      double min = recipe.number(section + "min", -BEYOND, -BEYOND, BEYOND);
      double max = recipe.number(section + "max", BEYOND, -BEYOND, BEYOND);
      if (min > max) {
        recipe.problem(section + "min", min + " is more than max, " + max);
      }
      return new Limit(ModelScore.measure(name), min, max);
    }
  }
}
