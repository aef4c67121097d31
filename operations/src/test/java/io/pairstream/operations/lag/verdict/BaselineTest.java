package io.pairstream.operations.lag.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BaselineTest {

  private final Baseline baseline = new Baseline(60_000);

  @Test
  void isTheLeastOfTheLastSixLooks() {
    long[] lags = {1, 50, 40, 30, 70, 60, 55};
    for (int i = 0; i < lags.length; i++) {
      baseline.add(10_000L * i, lags[i]);
    }

    assertThat(baseline.least()).isEqualTo(30);
  }

  @Test
  void isNothingBeforeThereAreSixLooks() {
    for (int i = 0; i < 5; i++) {
      baseline.add(10_000L * i, 50);
    }

    assertThat(baseline.least()).isZero();
  }

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
