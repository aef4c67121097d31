package io.pairstream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SteadyStateTest {

  private Duration used = Duration.ZERO;

  private final SteadyState.Watch watch = new SteadyState.Watch(1000, this::time);

  @Test
  void countsWhatLiesBetweenTheMarks() {
    observe(100, Duration.ofSeconds(9)); // the beginning, which does not count
    observe(250, Duration.ofSeconds(10));
    observe(600, Duration.ofSeconds(11));
    observe(950, Duration.ofSeconds(12));
    observe(1000, Duration.ofSeconds(99)); // nor does the end

    SteadyState steady = watch.result();

    assertThat(steady.pairs()).isEqualTo(700);
    assertThat(steady.processes()).containsExactly(Map.entry("work", 2.857));
  }

  @Test
  void refusesWorkThatWasOverBeforeItWasSeen() {
    observe(0, Duration.ofSeconds(1));
    observe(1000, Duration.ofSeconds(2));

    assertThatThrownBy(watch::result)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("take more pairs");
  }

  private void observe(long done, Duration usedByThen) {
    used = usedByThen;
    watch.observe(done);
  }

  private ProcessorTime time() {
    return new ProcessorTime(new TreeMap<>(Map.of("work", used)));
  }
}
