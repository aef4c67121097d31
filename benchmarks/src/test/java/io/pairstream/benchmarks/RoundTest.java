package io.pairstream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishedLineTest {

  private long used;

  private final PublishedLine.Marks marks =
      new PublishedLine.Marks(1000, () -> Map.of("work", used));

  @Test
  void countsWhatLiesBetweenTheMarks() {
    observe(100, 9_000); // the beginning, which does not count
    observe(250, 10_000);
    observe(600, 11_000);
    observe(950, 12_000);
    observe(1000, 99_000); // nor does the end

    assertThat(marks.round().millisPerPair()).containsExactly(Map.entry("work", 2.857));
  }

  @Test
  void refusesWorkThatWasOverBeforeItWasSeen() {
    observe(0, 1_000);
    observe(1000, 2_000);

    assertThatThrownBy(marks::round)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("take more pairs");
  }

  private void observe(long done, long usedByThen) {
    used = usedByThen;
    marks.observe(done);
  }
}
