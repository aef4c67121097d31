package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneLineTest {

  @Test
  void takesOutWhatIsNotPrinted() {
    assertThat(OneLine.of("a\nb\tc\u001b[2Jd\u202ee\u200bf")).isEqualTo("a b c [2Jd e f");
  }

  @ParameterizedTest
  @CsvSource({"' plain ', plain", "一只猫 🐈, 一只猫 🐈", "'\u0007\u0007', ''", "'', ''"})
  void keepsTheRestWithoutItsMargins(String text, String line) {
    assertThat(OneLine.of(text)).isEqualTo(line);
  }

  @Test
  void cutsAfterTwoHundredCharactersAndNeverWithinOne() {
    assertThat(OneLine.of("x".repeat(201))).isEqualTo("x".repeat(200));
    assertThat(OneLine.of("🐈".repeat(201))).isEqualTo("🐈".repeat(200));
  }
}
