package io.pairstream.operations.lag;

import static io.pairstream.operations.lag.PlayedLag.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.lag.LagHistory.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LagHistoryTest {

  private static final Duration STEP = Duration.ofSeconds(10);
  private static final Duration HOUR = Duration.ofMinutes(60);
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final String GROUP = "pairs-preprocess";

  private final LagHistory history = new LagHistory();

  private static GroupLag behind(String name, long records, Verdict verdict) {
    return PlayedLag.group(name, verdict, "Stable", records, true);
  }

  private List<Point> points(Duration back) {
    return history.points(GROUP, back).points();
  }

  @Test
  void keepsADayByTheMinuteWithTheWorstOfEachAndForgetsTheRest() {
    history.note(report(START.minus(STEP), behind("gone", 1, Verdict.OK)));
    // A report every 10 seconds, with a lag that counts the looks.
    for (int i = 0; i < 6 * 60 * 26; i++) {
      history.note(
          report(
              START.plus(STEP.multipliedBy(i)),
              behind(GROUP, i, i % 6 == 3 ? Verdict.STALL : Verdict.OK)));
    }

    List<Point> points = points(LagHistory.KEPT);

    assertThat(points(HOUR)).hasSize(61);
    assertThat(points).hasSize(1441);
    assertThat(points).allMatch(point -> point.verdict() == Verdict.STALL);
    assertThat(points).allMatch(point -> point.lag().orElseThrow() % 6 == 3);
    assertThat(history.points("gone", LagHistory.KEPT).points()).isEmpty();
  }

  @Test
  void ofOneVerdictTheMostCounts() {
    history.note(report(START, behind(GROUP, 7, Verdict.OK)));
    history.note(report(START.plus(STEP), behind(GROUP, 3, Verdict.OK)));

    assertThat(points(HOUR)).singleElement().matches(point -> point.lag().orElseThrow() == 7);
  }
}
