package io.pairstream.operate.lag.watch;

import static io.pairstream.operate.lag.PlayedLag.group;
import static io.pairstream.operate.lag.PlayedLag.partition;
import static io.pairstream.operate.lag.PlayedLag.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.watch.LagHistory.Point;
import io.pairstream.service.table.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagHistoryTest {

  private static final Duration HOUR = Duration.ofMinutes(60);
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final String GROUP = "pairs-preprocess";

  @TempDir private Path directory;

  private LagHistory open() {
    return new LagHistory(directory.resolve("lag"));
  }

  private static GroupLag behind(String name, long records, LagVerdict verdict) {
    return group(
        name,
        verdict,
        partition("pairs.crowdsourced", 0, OptionalLong.of(100 - records), verdict),
        partition("pairs.crowdsourced", 1, OptionalLong.of(100), LagVerdict.IDLE));
  }

  /** A report every 10 seconds, from the start on, with a lag that counts the looks. */
  private static void fill(LagHistory history, int from, int looks) {
    for (int i = from; i < from + looks; i++) {
      history.note(
          report(
              START.plus(LagWatcher.INTERVAL.multipliedBy(i)),
              behind(GROUP, i, i % 6 == 3 ? LagVerdict.STALL : LagVerdict.OK)));
    }
  }

  private static List<Point> points(LagHistory history, Duration back) {
    return history.points(GROUP, LagHistory.WHOLE, back).points();
  }

  @Test
  void keepsADayByTheMinuteWithTheWorstOfEachAndForgetsTheRest() {
    try (LagHistory history = open()) {
      history.note(report(START.minus(LagWatcher.INTERVAL), behind("gone", 1, LagVerdict.OK)));
      fill(history, 0, 6 * 60 * 26);

      List<Point> points = points(history, LagHistory.KEPT);

      assertThat(points(history, HOUR)).hasSize(61);
      assertThat(points).hasSize(1441);
      assertThat(points).allMatch(point -> point.verdict() == LagVerdict.STALL);
      assertThat(points)
          .allSatisfy(
              point -> assertThat(point.lag().orElseThrow() % 6).as("the most").isEqualTo(5));
      assertThat(points.get(0).processingPerSecond()).hasValue(4.25);
      assertThat(history.points("gone", LagHistory.WHOLE, LagHistory.KEPT).points()).isEmpty();
    }
  }

  /** One more verdict changes no stored one. */
  @Test
  void aVerdictIsStoredByItsName() {
    try (LagHistory history = open();
        Database stored = Database.openToRead(directory.resolve("lag/minutes.db"))) {
      fill(history, 0, 6);
      assertThat(stored.query("SELECT max(verdict) FROM judged", row -> row.getString(1)))
          .containsExactly("STALL");
    }
  }

  @Test
  void whatIsNotKnownOfAMinuteIsNotKnown() {
    try (LagHistory history = open()) {
      PartitionLag never = partition("pairs.raw", 0, OptionalLong.empty(), LagVerdict.UNKNOWN);
      history.note(report(START, group(GROUP, LagVerdict.UNKNOWN, never)));

      TopicPartition raw = new TopicPartition("pairs.raw", 0);
      assertThat(history.points(GROUP, raw, HOUR).points())
          .singleElement()
          .matches(point -> point.lag().isEmpty());
    }
  }
}
