package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
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

  /** A score beyond this is refused whatever the recipe says; so is what is no number. */
  private static final double BEYOND = 1e9;

  private final List<Limit> limits;

  /** Reads {@code min} and {@code max} of each section below {@code scores}. */
  public CheckModelScores(RecipeReader recipe) {
    limits = recipe.sections("scores").stream().map(name -> limit(recipe, name)).toList();
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

  @Override
  public boolean isOn() {
    return !limits.isEmpty();
  }

  @Override
  public String inWords() {
    return "keeps pictures with "
        + limits.stream()
            .map(limit -> limit.measure() + " from " + limit.min() + " to " + limit.max())
            .collect(Collectors.joining(", "));
  }

  @Override
  public Outcome<PreparedImage> apply(PreparedImage image) {
    for (Limit limit : limits) {
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

  /** Between which bounds a score must lie, both allowed. */
  private record Limit(String measure, double min, double max) {}
}
