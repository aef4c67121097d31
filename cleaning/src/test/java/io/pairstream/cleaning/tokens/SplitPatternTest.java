package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitPatternTest {

  /** Length of the match at the beginning; -1 if there is none. */
  @ParameterizedTest(name = "{0} in {1}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "ab|a, abc, 2",
        "a|ab, abc, 1",
        "a+b, aaab, 4",
        "a+?, aaa, 1",
        "a*ab, aaab, 4",
        "a++a, aaa, -1",
        "[a-c]+, abcd, 3",
        "[^a-c]+, xyza, 3",
        "[a-], -, 1",
        "\\p{L}+, aé犬1, 3",
        "\\P{L}+, 12a, 2",
        "\\p{Lu}, É, 1",
        "\\p{Lu}, é, -1",
        "\"a{2,3}\", aaaa, 3",
        "a(?=b), ab, 1",
        "a(?!b), ab, -1",
        "(?:ab)?c, abc, 3",
        "(?:ab)?c, c, 1",
        "(?i:'s|'LL), 'S, 2",
        "(?i:'s|'LL), 'ſ, 2",
        "(a|b)c, bc, 2",
        "\\[\\x41\\u0042, [AB, 3",
        "., 😀, 2"
      })
  void matchesAsOnigurumaDoes(String pattern, String text, int length) {
    assertThat(SplitPattern.parse(pattern).end(text, 0)).isEqualTo(length);
  }

  @Test
  void knowsLettersThatJavaDoesNot() {
    String letterOfUnicode16 = Character.toString(0x10D50);

    assertThat(SplitPattern.parse("\\p{L}").end(letterOfUnicode16, 0)).isEqualTo(2);
  }

  @ParameterizedTest(name = "the pattern {0}")
  @ValueSource(
      strings = {
        "(a|b)+", "(?:a+)*", "a**", "^a", "a$", "(?<=a)b", "(?<n>a)", "\\1", "\\bx", "[[a]b]",
        "[a&&b]", "[:alpha:]&&[", "\\p{Han}", "\\p{^L}", "\\p{Cn}", "(a", "a)", "[a", "a{2", "a*",
        "a|", "", "(?i:ss)", "(?i:[a-z])", "\\", "[]", "a{1001}", "\\x4", "(?i:é)"
      })
  void refusesWhatItDoesNotMatchAsOnigurumaDoes(String pattern) {
    assertThatThrownBy(() -> SplitPattern.parse(pattern))
        .isInstanceOf(UnsupportedTokenizerException.class)
        .hasMessageContaining("not supported");
  }

  @Test
  void refusesGroupsWithinTooManyGroups() {
    assertThatThrownBy(() -> SplitPattern.parse("(".repeat(40) + "a" + ")".repeat(40)))
        .isInstanceOf(UnsupportedTokenizerException.class);
  }

  @Test
  @Timeout(60)
  void takesLongRunsWithoutDeepCalls() {
    String spaces = " ".repeat(1 << 20);
    SplitPattern pattern = SplitPattern.parse("\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

    assertThat(pattern.end(spaces, 0)).isEqualTo(1 << 20);
    assertThat(pattern.end(spaces + "a", 0)).isEqualTo((1 << 20) - 1);
  }
}
