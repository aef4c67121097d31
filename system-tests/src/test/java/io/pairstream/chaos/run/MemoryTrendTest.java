package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class MemoryTrendTest {

  private static final Instant BEGAN = Instant.parse("2026-11-21T05:00:00Z");
  private static final long MIB = 1 << 20;

  @Test
  void isFlatWhereMemoryIsTakenInTheFirstHalfAlone() {
    MemoryTrend trend = only(life(1, 0, 600, at -> at < 300 ? (200 + at) * MIB : 500 * MIB));

    assertThat(trend.isTelling()).isTrue();
    assertThat(trend.isFlat()).isTrue();
    assertThat(trend.climbBytes()).isZero();
    assertThat(trend.meanBytes()).isEqualTo(500 * MIB);
  }

  @Test
  void climbsWhereASecondHalfDoes() {
    // 300 to 360 MiB in the second half.
    MemoryTrend trend = only(life(1, 0, 600, at -> 240 * MIB + at * MIB / 5));

    assertThat(trend.climbBytes() / MIB).isBetween(59L, 61L);
    assertThat(trend.isFlat()).isFalse();
  }

  @Test
  void forgivesATenthAndTheSawOfACollector() {
    MemoryTrend slow = only(life(1, 0, 600, at -> 300 * MIB + at * MIB / 12));
    MemoryTrend saw = only(life(1, 0, 600, at -> (300 + at % 20 * 5) * MIB));

    assertThat(slow.isFlat()).isTrue();
    assertThat(saw.isFlat()).isTrue();
  }

  @Test
  void judgesEachLifeOfAProcessByItself() {
    List<Sample> samples = new ArrayList<>(life(1, 0, 310, at -> 300 * MIB));
    samples.addAll(life(2, 310, 400, at -> 600 * MIB));

    assertThat(MemoryTrend.of(samples))
        .extracting(MemoryTrend::pid, MemoryTrend::isTelling, MemoryTrend::isFlat)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(1L, true, true),
            org.assertj.core.api.Assertions.tuple(2L, false, true));
  }

  private static MemoryTrend only(List<Sample> samples) {
    assertThat(MemoryTrend.of(samples)).hasSize(1);
    return MemoryTrend.of(samples).get(0);
  }

  private static List<Sample> life(long pid, int from, int until, IntToLongFunction bytes) {
    List<Sample> samples = new ArrayList<>();
    for (int at = from; at <= until; at++) {
      samples.add(
          new Sample(
              BEGAN.plus(Duration.ofSeconds(at)),
              at,
              at,
              OptionalLong.empty(),
              Map.of("broker-1", new Sample.Resident(pid, bytes.applyAsLong(at)))));
    }
    return samples;
  }
}
