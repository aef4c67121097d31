package io.pairstream.operations.lag.history;

import static io.pairstream.operations.metrics.PlayedLag.group;
import static io.pairstream.operations.metrics.PlayedLag.partition;
import static io.pairstream.operations.metrics.PlayedLag.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.history.LagHistory.Heat;
import io.pairstream.operations.lag.history.LagHistory.HeatRow;
import io.pairstream.operations.lag.history.LagHistory.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagHistoryTest {

  private static final Duration STEP = Duration.ofSeconds(10);
  private static final Duration HOUR = Duration.ofMinutes(60);
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final String GROUP = "pairs-preprocess";

  @TempDir private Path directory;

  private LagHistory open() {
    return new LagHistory(directory.resolve("lag"), STEP);
  }

  private static GroupLag behind(String name, long records, Verdict verdict) {
    return group(
        name,
        verdict,
        partition("pairs.crowdsourced", 0, OptionalLong.of(100 - records), verdict),
        partition("pairs.crowdsourced", 1, OptionalLong.of(100), Verdict.IDLE));
  }

  /** A report every 10 seconds, from the start on, with a lag that counts the looks. */
  private static void fill(LagHistory history, int from, int looks) {
    for (int i = from; i < from + looks; i++) {
      history.note(
          report(
              START.plus(STEP.multipliedBy(i)),
              behind(GROUP, i, i % 6 == 3 ? Verdict.STALL : Verdict.OK)));
    }
  }

  private static List<Point> points(LagHistory history, Duration back) {
    return history.points(GROUP, Optional.empty(), back).points();
  }

  @Test
  void keepsEachLookOfAnHour() {
    try (LagHistory history = open()) {
      fill(history, 0, 400);

      List<Point> points = points(history, HOUR);

      assertThat(points).hasSize(361);
      assertThat(points.get(360).at()).isEqualTo(START.plus(STEP.multipliedBy(399)));
      assertThat(points.get(360).lag()).hasValue(399);
      assertThat(points.get(360).arrivalPerSecond()).hasValue(3.5);
      assertThat(history.points(GROUP, Optional.empty(), HOUR).stepSeconds()).isEqualTo(10);
    }
  }

  @Test
  void sumsUpADayByTheMinuteWithTheWorstOfEachAndForgetsTheRest() {
    try (LagHistory history = open()) {
      history.note(report(START.minus(STEP), behind("gone", 1, Verdict.OK)));
      fill(history, 0, 6 * 60 * 26);

      List<Point> points = points(history, LagHistory.KEPT);

      assertThat(points).hasSizeBetween(1438, 1441);
      assertThat(points).allMatch(point -> point.verdict() == Verdict.STALL);
      assertThat(points)
          .allSatisfy(
              point -> assertThat(point.lag().orElseThrow() % 6).as("the most").isEqualTo(5));
      assertThat(points.get(0).at()).isAfter(START.plus(Duration.ofMinutes(119)));
      assertThat(points.get(0).processingPerSecond()).hasValue(4.25);
      assertThat(history.points(GROUP, Optional.empty(), LagHistory.KEPT).stepSeconds())
          .isEqualTo(60);
      assertThat(history.points("gone", Optional.empty(), LagHistory.KEPT).points()).isEmpty();
    }
  }

  @Test
  void beginsAgainWhereTheFileIsDamaged() throws IOException {
    try (LagHistory history = open()) {
      fill(history, 0, 100);
    }
    Path file = directory.resolve("lag/lag.db");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(file, bytes);

    try (LagHistory history = open()) {
      assertThat(points(history, HOUR)).isEmpty();
      fill(history, 0, 3);
      assertThat(points(history, HOUR)).hasSize(3);
    }
  }

  @Test
  void aHeatMapHasARowForEachPartitionAndACellForEachTime() {
    try (LagHistory history = open()) {
      fill(history, 0, 6 * 60 * 3);

      Heat heat = history.heat(GROUP, HOUR);

      assertThat(heat.times()).hasSizeBetween(119, 121);
      assertThat(heat.rows()).extracting(HeatRow::partition).containsExactly(0, 1);
      assertThat(heat.rows().get(0).lag()).hasSameSizeAs(heat.times());
      assertThat(heat.rows().get(0).lag().get(60).orElseThrow()).isBetween(890L, 910L);
      assertThat(heat.rows().get(1).verdict().get(60)).contains(Verdict.IDLE);
    }
  }
}
