package io.pairstream.operations.lag;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The lag of groups in the last 24 hours, minute by minute, in memory. Thread-safe. */
public final class LagHistory {

  /** Longest time that can be asked for. */
  public static final Duration KEPT = Duration.ofHours(24);

  private final TreeMap<Instant, Map<String, Point>> minutes = new TreeMap<>();

  /** A point for each minute, in order. */
  record Points(List<Point> points) {}

  /** A group in the minute that begins then: the look with the worst verdict and the most lag. */
  record Point(
      Instant at,
      OptionalLong lag,
      OptionalLong bytes,
      OptionalDouble seconds,
      OptionalDouble arrivalPerSecond,
      OptionalDouble processingPerSecond,
      Verdict verdict) {

    private Point worse(Point other) {
      int verdicts = verdict.compareTo(other.verdict);
      return verdicts < 0 || (verdicts == 0 && lag.orElse(-1) > other.lag.orElse(-1))
          ? this
          : other;
    }
  }

  /** Notes a report. */
  public synchronized void note(LagReport report) {
    Instant minute = report.at().truncatedTo(ChronoUnit.MINUTES);
    Map<String, Point> points = minutes.computeIfAbsent(minute, unknown -> new TreeMap<>());
    for (GroupLag group : report.groups()) {
      Point point =
          new Point(
              minute,
              group.lag(),
              group.bytes(),
              group.seconds(),
              group.arrivalPerSecond(),
              group.processingPerSecond(),
              group.verdict());
      points.merge(group.group(), point, Point::worse);
    }
    minutes.headMap(minute.minus(KEPT)).clear();
  }

  /**
   * A group.
   *
   * @param back from how long before the newest report on; at most {@link #KEPT}
   */
  synchronized Points points(String group, Duration back) {
    List<Point> points = new ArrayList<>();
    if (!minutes.isEmpty()) {
      minutes
          .tailMap(minutes.lastKey().minus(back))
          .values()
          .forEach(minute -> Optional.ofNullable(minute.get(group)).ifPresent(points::add));
    }
    return new Points(points);
  }
}
