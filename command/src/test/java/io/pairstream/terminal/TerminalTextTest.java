package io.pairstream.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTextTest {

  @Test
  void takesOutWhatSteersATerminal() {
    assertThat(TerminalText.plain("a\u001b[31mred\u0007\r\nb\u202Ec\u2028d"))
        .isEqualTo("a [31mred   b c d");
  }

  @ParameterizedTest
  @CsvSource({"cat, 3", "一只猫, 6", "猫 cat, 6", "，。, 4", "e\u0301, 1"})
  void countsColumns(String text, int columns) {
    assertThat(TerminalText.columns(text)).isEqualTo(columns);
  }

  @ParameterizedTest
  @CsvSource({"abcdef, 6, abcdef", "abcdef, 5, abcd…", "一只猫, 6, 一只猫", "一只猫, 5, 一只…", "一只猫, 4, 一…"})
  void cutsToColumns(String text, int columns, String fitting) {
    assertThat(TerminalText.fit(text, columns)).isEqualTo(fitting);
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "1, ████", "0.5, ██", "0.375, █▌", "2, ████", "-1, ''"})
  void drawsBarsInEighths(double share, String bar) {
    assertThat(TerminalText.bar(share, 4)).isEqualTo(bar);
  }
}
