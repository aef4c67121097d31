package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LowerCaseTest {

  /** The right side is what Python's {@code str.lower} gives. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ΟΔΟΣ, οδος", "ΟΔΟΣ., οδος.", "Σ, σ", "ΑΣΑ, ασα",
    "Α'Σ, α'ς", "ΑΣ'Α, ασ'α", "İI, i̇i", "ẞ, ß"
  })
  void isPythonsWithFinalSigma(String text, String lower) {
    assertThat(LowerCase.INSTANCE.withFinalSigma(text)).isEqualTo(lower);
  }

  @Test
  void hasNoFinalSigmaWhereEachCodePointStandsAlone() {
    assertThat(LowerCase.INSTANCE.of("ΟΔΟΣ")).isEqualTo("οδοσ");
  }
}
