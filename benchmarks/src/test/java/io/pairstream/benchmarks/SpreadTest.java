package io.pairstream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Spread.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 9));
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(List.of(9.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 9));
  }

  @Test
  void comparesWithinARoundRatherThanBetweenMedians() {
    // Twice as fast in every round, while the machine itself slowed down to a tenth.
    Spread ratio =
        Spread.paired(
            List.of(200.0, 100.0, 20.0),
            List.of(100.0, 50.0, 10.0),
            (ours, theirs) -> ours / theirs);

    assertThat(ratio).isEqualTo(new Spread(2, 2, 2));
  }
}
