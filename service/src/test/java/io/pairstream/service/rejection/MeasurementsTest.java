package io.pairstream.service.rejection;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.schemas.Measurement;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MeasurementsTest {

  static Stream<Measured> all() {
    return Stream.concat(
        Stream.of(Bound.values())
            .map(bound -> Measured.bounded("distance_bits", 3, bound, 4, "bits")),
        Stream.of(
            Measured.text("CMYK", "RGB"),
            Measured.text("a price", "").withTranslations(Map.of("zh", "价格")),
            Measured.NONE));
  }

  @ParameterizedTest
  @MethodSource("all")
  void readsWhatItWrites(Measured by) {
    assertThat(Measurements.read(Measurements.record(by))).isEqualTo(by);
  }

  @Test
  void takesABoundOfALaterVersionForNone() {
    Measurement later = new Measurement("size", 3d, "BETWEEN", 4d, "px", "", "", Map.of());

    assertThat(Measurements.read(later).inWords()).isEqualTo("3 px");
    assertThat(Measurements.read(later).limitInWords()).isEmpty();
  }
}
