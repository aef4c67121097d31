package io.pairstream.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Pace pace = new Pace(Duration.ofSeconds(10), 1000);

  @Test
  void bodyAtTheSlowestRateGoesOnForEver() {
    for (int second = 1; second <= 36_000; second++) {
      assertThat(pace.isTooSlow(second * 1000L, seconds(second))).isFalse();
    }
  }

  @Test
  void muchAtTheBeginningMakesUpForThirtySecondsOnly() {
    assertThat(pace.isTooSlow(1_000_000_000, seconds(1))).isFalse();
    assertThat(pace.isTooSlow(1_000_000_001, seconds(31))).isFalse();
    assertThat(pace.isTooSlow(1_000_000_002, seconds(32))).isTrue();
  }

  private static long seconds(int count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
