package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.CheckImageQuality.Limit;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Keeps pictures to which the recipe's models give scores within its limits.
 *
 * <p>Rejects: {@code SCORE_OUT_OF_RANGE}.
 */
public final class CheckModelScores implements Step<PreparedImage, PreparedImage> {

  /** A score beyond this is refused whatever the recipe says; so is what is no number. */
  private static final double BEYOND = 1e9;

  private final List<Limit> limits = new ArrayList<>();

  /** Reads {@code min} and {@code max} of each section below {@code scores}. */
  public CheckModelScores(RecipeReader recipe) {
    for (String name : recipe.sections("scores")) {
      String section = "scores." + name + ".";
      double min = recipe.number(section + "min", -BEYOND, -BEYOND, BEYOND);
      double max = recipe.number(section + "max", BEYOND, -BEYOND, BEYOND);
      if (min > max) {
        recipe.problem(section + "min", min + " is more than max, " + max);
      }
      String measure = ModelScore.measure(name);
      limits.add(new Limit(measure, true, min, RejectReason.SCORE_OUT_OF_RANGE));
      limits.add(new Limit(measure, false, max, RejectReason.SCORE_OUT_OF_RANGE));
    }
  }

  @Override
  public boolean isOn() {
    return !limits.isEmpty();
  }

  @Override
  public String inWords() {
    return "keeps pictures with "
        + limits.stream()
            .map(limit -> limit.measure() + " of " + limit.inWords())
            .collect(Collectors.joining(", "));
  }

  @Override
  public Outcome<PreparedImage> apply(PreparedImage image) {
    for (Limit limit : limits) {
      double score = image.measures().get(limit.measure());
      if (limit.isBrokenBy(score)) {
        return Outcome.rejected(limit.rejection(score));
      }
    }
    return Outcome.kept(image);
  }
}
