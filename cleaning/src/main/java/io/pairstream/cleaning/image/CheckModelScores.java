package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.List;
import java.util.Locale;

/**
 * Keeps pictures to which the recipe's models give scores within its limits.
 *
 * <p>Rejects: {@code SCORE_OUT_OF_RANGE}.
 */
public final class CheckModelScores implements Step<PreparedImage, PreparedImage> {

  private final List<Limits> limits;

  public CheckModelScores(List<Limits> limits) {
    this.limits = List.copyOf(limits);
  }

  @Override
  public Outcome<PreparedImage> apply(PreparedImage image) {
    for (Limits limit : limits) {
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
  public record Limits(String measure, double min, double max) {

    /** A score beyond this is refused whatever the recipe says; so is what is no number. */
    private static final double BEYOND = 1e9;

    /** Reads {@code min} and {@code max} of each section below {@code scores}. */
    public static List<Limits> from(RecipeReader recipe) {
      return recipe.sections("scores").stream().map(name -> from(recipe, name)).toList();
    }

    private static Limits from(RecipeReader recipe, String name) {
      String section = "scores." + name + ".";
      double min = recipe.number(section + "min", -BEYOND, -BEYOND, BEYOND);
      double max = recipe.number(section + "max", BEYOND, -BEYOND, BEYOND);
      if (min > max) {
        recipe.problem(section + "min", min + " is more than max, " + max);
      }
      return new Limits(ModelScore.measure(name), min, max);
    }
  }
}
