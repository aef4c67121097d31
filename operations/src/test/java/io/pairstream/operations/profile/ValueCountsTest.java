package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueCountsTest {

  @Test
  void equalSharesAreEven() {
    assertThat(ValueCounts.of(Map.of("a", 7L, "b", 7L, "c", 7L), 0).evenness())
        .isCloseTo(1, within(1e-12));
  }

  /** 0.9 and 0.1: −(0.9 ln 0.9 + 0.1 ln 0.1) / ln 2. */
  @Test
  void evennessIsPielousJ() {
    assertThat(ValueCounts.of(Map.of("a", 90L, "b", 10L), 0).evenness())
        .isCloseTo(0.468996, within(1e-6));
  }

  @Test
  void oneValueAloneIsNotEven() {
    assertThat(ValueCounts.of(Map.of("a", 7L), 0).evenness()).isZero();
    assertThat(ValueCounts.of(Map.of(), 0).evenness()).isZero();
  }

  @Test
  void sumsSlicesAndTheirErrors() {
    TopValues first = new TopValues(2);
    List.of("a", "a", "b", "b", "b", "c").forEach(first::add);
    TopValues second = new TopValues(2);
    List.of("b", "a").forEach(second::add);

    ValueCounts sum = ValueCounts.of(List.of(first, second));

    assertThat(sum.counts())
        .containsExactly(new Count("b", 4), new Count("c", 3), new Count("a", 1));
    assertThat(sum.error()).isEqualTo(3);
    assertThat(sum.top(1)).containsExactly(new Count("b", 4));
  }
}
