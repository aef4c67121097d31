package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitPatternTest {

  /** Length of the match at the beginning; 0 if there is none. */
  @ParameterizedTest(name = "{0} in {1}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "ab|a, abc, 2", "a|ab, abc, 1", "a+b, aaab, 4", "a+?, aaa, 1",
        "a*ab, aaab, 4", "a++a, aaa, 0", "[a-c]+, abcd, 3", "[^a-c]+, xyza, 3",
        "[a-], -, 1", "\\p{L}+, aé犬1, 3", "\\P{L}+, 12a, 2", "\\p{Lu}, É, 1",
        "\\p{Lu}, é, 0", "\"a{2,3}\", aaaa, 3", "a(?=b), ab, 1", "a(?!b), ab, 0",
        "(?:ab)?c, abc, 3", "(?:ab)?c, c, 1", "(?i:'s|'LL), 'S, 2", "(?i:'s|'LL), 'ſ, 2",
        "(a|b)c, bc, 2", "\\[[\\s^]+, [^\u3000\u0085, 4", "., 😀, 2"
      })
  void matchesAsOnigurumaDoes(String pattern, String text, int length) {
    assertThat(end(pattern, text)).isEqualTo(length);
  }

  @Test
  void knowsLettersThatJavaDoesNot() {
    String letterOfUnicode16 = Character.toString(0x10D50);

    assertThat(end("\\p{L}", letterOfUnicode16)).isEqualTo(2);
  }

  @ParameterizedTest(name = "the pattern {0}")
  @ValueSource(
      strings = {
        "(a|b)+", "(?:a+)*", "a**", "^a", "a$", "(?<=a)b", "(?<n>a)", "\\1",
        "\\bx", "[[a]b]", "[a&&b]", "[:alpha:]&&[", "\\p{Han}", "\\p{^L}", "\\p{Cn}", "\\p{Lq}",
        "(a", "a)", "[a", "a{2", "a*", "a|", "", "(?i:ss)",
        "(?i:[a-z])", "\\", "[]", "a{1001}", "[\\S]", "\\x4", "(?i:é)", "(?i:i)",
        "\\w"
      })
  void refusesWhatItDoesNotMatchAsOnigurumaDoes(String pattern) {
    assertThatThrownBy(() -> SplitPattern.parse(pattern))
        .isInstanceOf(UnsupportedTokenizerException.class)
        .hasMessageContaining("not supported");
  }

  @Test
  @Timeout(60)
  void takesLongRunsWithoutDeepCalls() {
    String spaces = " ".repeat(1 << 20);
    String pattern = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    assertThat(end(pattern, spaces)).isEqualTo(1 << 20);
    assertThat(end(pattern, spaces + "a")).isEqualTo((1 << 20) - 1);
  }

  private static int end(String pattern, String text) {
    return SplitPattern.parse(pattern).in(text).applyAsInt(0);
  }
}
