package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.recipe.RecipeReader;

public final class TokenizeCaption implements Step<CleanedCaption, TokenizedCaption> {
  public TokenizeCaption(Settings settings) {}

  @Override
  public Outcome<TokenizedCaption> apply(CleanedCaption input) {
    throw new IllegalStateException("to be written");
  }

  /**
   * How captions become ids.
   *
   * @param tokenizer vocabulary and algorithm
   * @param length fixed length of the ids
   * @param padId the id that fills the rest
   */
  public record Settings(Tokenizer tokenizer, int length, int padId) {
    public static Settings from(RecipeReader recipe) {
      throw new IllegalStateException("to be written");
    }
  }
}
