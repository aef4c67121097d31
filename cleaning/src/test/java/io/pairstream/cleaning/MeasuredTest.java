package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured.Bound;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuredTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AT_LEAST | 63         | 64   | px             | 63 px                  | 64 px",
        "AT_LEAST | 0          | 1    | characters     | 0 characters           | 1 character",
        "AT_MOST  | 8388609    | 8e6  | bytes          | 8388609 bytes          | 8000000 bytes",
        "AT_MOST  | 0.73333333 | 0.5  | of_the_letters | 0.7333 of the letters  | 0.5 of the letters",
        "AT_MOST  | 12345.678  | 3    | ''             | 12346                  | 3",
        // it is more than the limit, whatever it is
        "AT_MOST  | 9.5        | 9.5  | s              | more than 9.5 s        | 9.5 s",
        // it must not read as if it were the limit
        "AT_MOST  | 0.50000004 | 0.5  | of_the_letters | 0.50000004 of the letters | 0.5 of the letters",
        "AT_LEAST | NaN        | 0.25 | ''             | NaN                    | 0.25",
        "EXACTLY  | 12         | 8    | bits           | 12 bits                | 8 bits",
        "NONE     | 400        | 0    | unit_of_tomorrow | 400 unit_of_tomorrow | ''"
      })
  void saysANumberAndItsLimitWithTheUnit(
      Bound bound, double value, double limit, String unit, String said, String allowed) {
    Measured by = Measured.bounded("measure", value, bound, limit, unit);

    assertThat(by.inWords()).isEqualTo(said);
    assertThat(by.limitInWords()).isEqualTo(allowed);
  }

  @Test
  void saysTextsAsTheyAre() {
    assertThat(Measured.text("CMYK", "RGB").inWords()).isEqualTo("CMYK");
    assertThat(Measured.text("CMYK", "RGB").limitInWords()).isEqualTo("RGB");
    assertThat(Measured.NONE.inWords()).isEmpty();
    assertThat(Measured.NONE.limitInWords()).isEmpty();
  }
}
