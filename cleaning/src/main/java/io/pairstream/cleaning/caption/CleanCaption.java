package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;

public final class CleanCaption implements Step<ReceivedCaption, CleanedCaption> {
  public CleanCaption(Limits limits) {}

  @Override
  public Outcome<CleanedCaption> apply(ReceivedCaption input) {
    throw new IllegalStateException("to be written");
  }

  public record Limits(int one) {
    public static Limits from(RecipeReader recipe) {
      return new Limits(1);
    }
  }
}
