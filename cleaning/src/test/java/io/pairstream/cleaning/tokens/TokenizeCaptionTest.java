package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import org.junit.jupiter.api.Test;

class TokenizeCaptionTest {

  /** Gives each character its code as its id. */
  private static final class LetterTokenizer implements Tokenizer {

    @Override
    public String name() {
      return "letters";
    }

    @Override
    public String digest() {
      return "";
    }

    @Override
    public int[] encode(String text) {
      return text.chars().toArray();
    }
  }

  private final TokenizeCaption step =
      new TokenizeCaption(new TokenizeCaption.Settings(new LetterTokenizer(), 4, 7));

  @Test
  void padsShortCaption() {
    CleanedCaption caption = new CleanedCaption("ab", "en");

    assertThat(step.apply(caption))
        .isEqualTo(Outcome.kept(new TokenizedCaption(caption, new int[] {'a', 'b', 7, 7}, 2, 2)));
  }

  @Test
  void keepsCaptionOfExactlyTheLength() {
    CleanedCaption caption = new CleanedCaption("abcd", "en");

    TokenizedCaption tokenized = step.apply(caption).keptOnly().get(0);

    assertThat(tokenized)
        .isEqualTo(new TokenizedCaption(caption, new int[] {'a', 'b', 'c', 'd'}, 4, 4));
    assertThat(tokenized.truncated()).isFalse();
  }

  @Test
  void keepsTheFirstIdsOfLongerCaption() {
    CleanedCaption caption = new CleanedCaption("abcde", "en");

    TokenizedCaption tokenized = step.apply(caption).keptOnly().get(0);

    assertThat(tokenized)
        .isEqualTo(new TokenizedCaption(caption, new int[] {'a', 'b', 'c', 'd'}, 4, 5));
    assertThat(tokenized.truncated()).isTrue();
  }

  @Test
  void hasDefaults() {
    RecipeReader recipe = RecipeReader.parse("recipe", "");

    TokenizeCaption.Settings settings = TokenizeCaption.Settings.from(recipe);

    assertThat(settings.tokenizer().name()).isEqualTo("gpt2");
    assertThat(settings.length()).isEqualTo(128);
    assertThat(settings.padId()).isEqualTo(50_256);
    assertThat(recipe.finish())
        .containsOnlyKeys("tokens.tokenizer", "tokens.length", "tokens.pad-id");
  }

  @Test
  void mapsEveryKey() {
    RecipeReader recipe =
        RecipeReader.parse("recipe", "tokens: {tokenizer: gpt2, length: 4096, pad-id: 0}");

    TokenizeCaption.Settings settings = TokenizeCaption.Settings.from(recipe);

    assertThat(settings.length()).isEqualTo(4096);
    assertThat(settings.padId()).isZero();
  }

  @Test
  void refusesWhatIsOutOfRangeAllAtOnce() {
    RecipeReader recipe =
        RecipeReader.parse("recipe", "tokens: {tokenizer: bert, length: 4097, pad-id: 50257}");
    TokenizeCaption.Settings.from(recipe);

    assertThatThrownBy(recipe::finish)
        .isInstanceOf(InvalidRecipeException.class)
        .hasMessageContaining("'bert' is not one of gpt2")
        .hasMessageContaining("4097 is out of range: must be 1 to 4096")
        .hasMessageContaining("50257 is out of range: must be 0 to 50256");
  }
}
