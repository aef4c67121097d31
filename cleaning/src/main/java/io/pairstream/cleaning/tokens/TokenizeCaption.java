package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Arrays;

/**
 * Turns a caption into token ids of fixed length: the first ones of a longer caption, padding after
 * a shorter one.
 *
 * <p>Rejects nothing.
 */
public final class TokenizeCaption implements Step<CleanedCaption, TokenizedCaption> {

  private final Settings settings;

  public TokenizeCaption(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Outcome<TokenizedCaption> apply(CleanedCaption caption) {
    int[] all = settings.tokenizer().encode(caption.text());
    int count = Math.min(all.length, settings.length());
    int[] ids = Arrays.copyOf(all, settings.length());
    Arrays.fill(ids, count, ids.length, settings.padId());
    return Outcome.kept(new TokenizedCaption(caption, ids, count, all.length));
  }

  /**
   * How captions become ids.
   *
   * @param tokenizer vocabulary and algorithm
   * @param length fixed length of the ids; 1 to 4096
   * @param padId the id that fills the rest; one of the vocabulary's
   */
  public record Settings(Tokenizer tokenizer, int length, int padId) {

    private static final int GPT2_END_OF_TEXT = Gpt2Tokenizer.VOCABULARY_SIZE - 1;

    /** Reads {@code tokens.tokenizer}, {@code tokens.length} and {@code tokens.pad-id}. */
    public static Settings from(RecipeReader recipe) {
      recipe.choice("tokens.tokenizer", "gpt2", "gpt2");
      return new Settings(
          new Gpt2Tokenizer(),
          recipe.integer("tokens.length", 128, 1, 4096),
          recipe.integer("tokens.pad-id", GPT2_END_OF_TEXT, 0, GPT2_END_OF_TEXT));
    }
  }
}
