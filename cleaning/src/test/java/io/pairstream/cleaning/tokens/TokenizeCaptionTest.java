package io.pairstream.cleaning.tokens;

import static io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget.Padding.FIXED;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizeCaptionTest {

  private static final Tokenizer BARE = letters(new int[0], new int[0]);
  private static final Tokenizer WITH_START_AND_END = letters(new int[] {1}, new int[] {2, 3});

  /** Gives each character its code as its id. */
  private static Tokenizer letters(int[] before, int[] after) {
    return new Tokenizer(
        "letters", 0x10000, () -> "", text -> text.chars().toArray(), before, after, 4, 7);
  }

  private static TokenIds tokens(Tokenizer tokenizer, TokenTarget.Padding padding, String text) {
    return new TokenTarget("", tokenizer, 4, padding, 7).apply(text);
  }

  private static TokenIds ids(int count, int untruncatedCount, int... ids) {
    return new TokenIds(ids, count, untruncatedCount);
  }

  @Test
  void padsAShortCaptionAndCutsALongOneBetweenItsSpecialTokens() {
    assertThat(tokens(BARE, FIXED, "ab")).isEqualTo(ids(2, 2, 'a', 'b', 7, 7));
    assertThat(tokens(BARE, FIXED, "abcd")).isEqualTo(ids(4, 4, 'a', 'b', 'c', 'd'));
    assertThat(tokens(BARE, FIXED, "abcd").truncated()).isFalse();
    assertThat(tokens(BARE, FIXED, "abcde")).isEqualTo(ids(4, 5, 'a', 'b', 'c', 'd'));
    assertThat(tokens(BARE, FIXED, "abcde").truncated()).isTrue();
    assertThat(tokens(WITH_START_AND_END, FIXED, "")).isEqualTo(ids(3, 3, 1, 2, 3, 7));
    assertThat(tokens(WITH_START_AND_END, FIXED, "ab")).isEqualTo(ids(4, 5, 1, 'a', 2, 3));
  }

  @Test
  void makesEverySetOfTheRecipeInItsOrder() {
    RecipeReader recipe =
        RecipeReader.parse(
            "recipe",
            """
            tokens: {tokenizer: clip}
            token-sets:
              glide: {tokenizer: glide, length: 5}
              dalle: {tokenizer: dalle, length: 4, padding: by-position}
            """);
    TokenizeCaption step = new TokenizeCaption(recipe);
    recipe.finish();

    TokenizedCaption tokenized = step.apply(new CleanedCaption("A photo", "en")).keptOnly().get(0);

    assertThat(tokenized.tokens().ids()).startsWith(49406, 320, 1125, 49407, 0).hasSize(77);
    assertThat(tokenized.tokens().count()).isEqualTo(4);
    assertThat(tokenized.further())
        .containsExactly(
            ids(2, 2, 64, 4590, 50256, 50256, 50256), ids(2, 2, 320, 1125, 49410, 49411));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "gpt2, 128, 50256, 50257", "clip, 77, 0, 49408",
    "glide, 128, 50256, 50257", "dalle, 256, 0, 49408"
  })
  void hasDefaultsForEachTokenizer(String name, int length, int padId, int positionPadId) {
    RecipeReader recipe =
        RecipeReader.parse(
            "recipe",
            "tokens: {tokenizer: %s}\ntoken-sets: {x: {tokenizer: %s, padding: by-position}}"
                .formatted(name, name));

    TokenizeCaption settings = new TokenizeCaption(recipe);

    assertThat(settings.main().tokenizer().name()).isEqualTo(name);
    assertThat(settings.main().length()).isEqualTo(length);
    assertThat(settings.main().padding()).isEqualTo(FIXED);
    assertThat(settings.main().padId()).isEqualTo(padId);
    assertThat(settings.further()).hasSize(1);
    assertThat(settings.further().get(0).name()).isEqualTo("x");
    assertThat(settings.further().get(0).padId()).isEqualTo(positionPadId);
    assertThat(recipe.finish())
        .containsEntry("tokens.length", String.valueOf(length))
        .containsEntry("token-sets.x.pad-id", String.valueOf(positionPadId));
  }

  /** The empty caption, which a trainer reads in place of one that it drops. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "'tokenizer: clip', '49406 49407', 2",
    "'tokenizer: clip, pad-id: 49407', '49406 49407', 2",
    "'tokenizer: clip, padding: by-position, length: 4', '49406 49407 49410 49411', 2",
    "'tokenizer: bert-chinese', '101 102', 2",
    "'tokenizer: gpt2', '', 0",
    "'tokenizer: dalle, padding: by-position, length: 3', '49408 49409 49410', 0"
  })
  void knowsTheIdsOfAnEmptyCaption(String keys, String ids, int count) {
    TokenizeCaption settings =
        new TokenizeCaption(RecipeReader.parse("recipe", "tokens: {" + keys + "}"));

    TokenIds empty = settings.main().empty();

    assertThat(Arrays.stream(empty.ids()).mapToObj(String::valueOf).collect(joining(" ")))
        .isEqualTo(ids);
    assertThat(empty.count()).isEqualTo(count);
  }

  @Test
  void refusesWhatIsOutOfRangeAllAtOnce() {
    RecipeReader recipe =
        RecipeReader.parse(
            "recipe",
            """
            tokens: {tokenizer: bert, length: 4097, pad-id: 50257, padding: left}
            token-sets:
              "A b": {tokenizer: clip, length: 2, pad-id: 49408}
            """);
    assertThat(new TokenizeCaption(recipe)).isNotNull();

    assertThatThrownBy(recipe::finish)
        .isInstanceOf(InvalidRecipeException.class)
        .hasMessageContaining("'bert' is not one of gpt2, clip, glide, dalle, bert-chinese, hf")
        .hasMessageContaining("4097 is out of range: must be 1 to 4096")
        .hasMessageContaining("50257 is out of range: must be 0 to 50256")
        .hasMessageContaining("'left' is not one of fixed, by-position")
        .hasMessageContaining("a set's name is made of")
        .hasMessageContaining("2 is out of range: must be 3 to 4096")
        .hasMessageContaining("49408 is out of range: must be 0 to 49407");
  }
}
