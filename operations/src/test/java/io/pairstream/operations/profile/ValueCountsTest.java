package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueCountsTest {

  @Test
  void equalSharesAreEven() {
    assertThat(ValueCounts.of(Map.of("a", 7L, "b", 7L, "c", 7L)).evenness())
        .isCloseTo(1, within(1e-12));
  }

  /** 0.9 and 0.1: −(0.9 ln 0.9 + 0.1 ln 0.1) / ln 2. */
  @Test
  void evennessIsPielousJ() {
    assertThat(ValueCounts.of(Map.of("a", 90L, "b", 10L)).evenness())
        .isCloseTo(0.468996, within(1e-6));
  }

  @Test
  void oneValueAloneIsNotEven() {
    assertThat(ValueCounts.of(Map.of("a", 7L)).evenness()).isZero();
    assertThat(ValueCounts.of(Map.of()).evenness()).isZero();
  }

  @Test
  void mostFrequentComeFirst() {
    ValueCounts counts = ValueCounts.of(Map.of("a", 1L, "c", 4L, "b", 4L, "gone", 0L));

    assertThat(counts.counts())
        .containsExactly(new Count("b", 4), new Count("c", 4), new Count("a", 1));
    assertThat(counts.top(1, 10)).containsExactly(new Count("b", 4), new Count("other", 6));
  }
}
