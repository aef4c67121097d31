package io.pairstream.operate.lag.judge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BaselineTest {

  private final Baseline baseline = new Baseline(60_000);

  /** The last look of each minute rises, the least one does not. */
  @Test
  void aSawThatFallsAsLowAsEverDoesNotRise() {
    for (int i = 0; i < 90; i++) {
      baseline.add(10_000L * i, i % 6 == 2 ? 5 : 100 + i);
    }

    assertThat(baseline.rising()).isFalse();
  }

  @Test
  void aSawThatFallsLessLowEachTimeRises() {
    for (int i = 0; i < 90; i++) {
      baseline.add(10_000L * i, i % 6 == 2 ? i : 1_000 - i);
    }

    assertThat(baseline.rising()).isTrue();
  }
}
