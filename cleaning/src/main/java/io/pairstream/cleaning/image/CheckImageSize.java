package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;

public final class CheckImageSize implements Step<ProbedImage, ProbedImage> {
  public CheckImageSize(Limits limits) {}

  @Override
  public Outcome<ProbedImage> apply(ProbedImage input) {
    throw new IllegalStateException("to be written");
  }

  public record Limits(int one) {
    public static Limits from(RecipeReader recipe) {
      return new Limits(1);
    }
  }
}
