package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.tokens.ReadableTokens.Token;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget.Padding;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadableTokensTest {

  @Test
  void marksWhatDidNotFit() {
    List<Token> tokens = read("clip", "a photo of a cat on a", 6);

    assertThat(tokens)
        .containsExactly(
            new Token(49406, "<|startoftext|>", false),
            new Token(320, "a", false),
            new Token(1125, "photo", false),
            new Token(539, "of", false),
            new Token(320, "a", false),
            new Token(49407, "<|endoftext|>", false),
            new Token(2368, "cat", true),
            new Token(525, "on", true),
            new Token(320, "a", true));
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, A café — and 一辆红色的自行车 🚲 by the wall, A café — and 一辆红色的自行车 🚲 by the wall",
    "glide, A Café, a café",
    "dalle, A Café 🚲, acafé🚲",
    "bert-chinese, 一辆红色的自行车 unaffable, [CLS]一辆红色的自行车unaffable[SEP]",
  })
  void textsOfAllTokensAreTheCaption(String name, String caption, String read) {
    List<Token> tokens = read(name, caption, 128);

    assertThat(tokens.stream().map(Token::text).collect(Collectors.joining())).isEqualTo(read);
    assertThat(tokens).noneMatch(Token::cut);
  }

  @Test
  void cutInsideACharacterLosesNoneOfIt() {
    List<Token> tokens = read("gpt2", "🚲🚲", 1);

    assertThat(tokens).filteredOn(token -> !token.cut()).hasSize(1);
    assertThat(tokens.stream().map(Token::text).collect(Collectors.joining())).isEqualTo("🚲🚲");
  }

  @Test
  void saysNothingOfTheRestWhereTheIdsAreNotOurs() {
    ReadableTokens gpt2 = named(tokenizer("gpt2"));

    assertThat(gpt2.tokens("a cat", List.of(1, 2), true)).hasSize(2);
  }

  @Test
  void readsNoOtherVocabularies() {
    assertThat(ReadableTokens.named("gpt2", "another digest")).isEmpty();
    assertThat(ReadableTokens.named("hf", "")).isEmpty();
  }

  private static Tokenizer tokenizer(String name) {
    return Tokenizer.named(name, false).orElseThrow();
  }

  private static List<Token> read(String name, String caption, int length) {
    Tokenizer tokenizer = tokenizer(name);
    TokenIds ids = new TokenTarget("", tokenizer, length, Padding.FIXED, 0).apply(caption);
    return named(tokenizer)
        .tokens(
            caption, Arrays.stream(ids.ids(), 0, ids.count()).boxed().toList(), ids.truncated());
  }

  private static ReadableTokens named(Tokenizer tokenizer) {
    return ReadableTokens.named(tokenizer.name(), tokenizer.digest()).orElseThrow();
  }
}
