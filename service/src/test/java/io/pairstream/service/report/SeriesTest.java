package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "1a", "n{", "a-b"})
  void refusesNamesThatAreNone(String text) {
    assertThatThrownBy(() -> Series.of(text)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Series.of("n", text, "")).isInstanceOf(IllegalArgumentException.class);
  }
}
