package io.pairstream.operate.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GivenLabelsTest {

  @Test
  void labelsWithACommaStaySeparateInTheTrail() {
    assertThat(GivenLabels.event("pair", List.of("red, round", "ball")).detail().text())
        .isEqualTo("labels: red, round | ball");
  }
}
