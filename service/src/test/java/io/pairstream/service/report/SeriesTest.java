package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesTest {

  @Test
  void isWrittenAsPeopleReadIt() {
    assertThat(Series.of("records_total")).hasToString("records_total");
    assertThat(Series.of("rejected_total", "step", "gate", "reason", "IMAGE_TOO_SMALL"))
        .hasToString("rejected_total{reason=IMAGE_TOO_SMALL,step=gate}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a=b", "a,b=c}", "\\", "\\n", "\n", "}", "\"quoted\"", "一"})
  void isReadAsItWasWritten(String value) {
    Series series = Series.of("n", "a", value, "b", "after");

    assertThat(Series.parse(series.toString())).isEqualTo(series);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "1a", "n{", "n{a}", "n{a=b", "n{a=b}c", "n{1=b}", "n{=b}"})
  void refusesOtherText(String text) {
    assertThatThrownBy(() -> Series.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
