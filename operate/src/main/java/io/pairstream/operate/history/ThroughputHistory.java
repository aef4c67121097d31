package io.pairstream.operate.history;

import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.instances.Instance;
import io.pairstream.operate.instances.Throughput;
import io.pairstream.operate.lag.Arrivals;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.http.Route;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Pairs that arrived, were judged and waited, at each look of the lag watcher. Kept in memory, the
 * newest {@value #MOST_POINTS} points: an hour. Thread-safe.
 */
public final class ThroughputHistory {

  static final int MOST_POINTS = 360;

  /** Intervals without a look after which the newest point is old. */
  private static final int MISSED = 3;

  private final PairTopics topics;
  private final Supplier<List<Instance>> instances;
  private final Arrivals arrivals;
  private final Clock clock;
  private final Deque<Point> points = new ArrayDeque<>();
  private double intervalSeconds;

  /**
   * One look; NaN where a figure is not known.
   *
   * @param arrivingPerMinute pairs that came within the minute before it
   * @param judgedPerMinute pairs that were kept or rejected within the minute before it
   * @param waiting pairs that no process has read yet
   * @param rejectedShare share of the judged pairs; NaN where none was judged
   */
  record Point(
      Instant at,
      double arrivingPerMinute,
      double judgedPerMinute,
      double waiting,
      double rejectedShare) {}

  /**
   * As {@code GET /v1/overview/history} answers.
   *
   * @param since time of the first point; empty where there is none
   * @param intervalSeconds time between two points; where it is longer, nothing was measured
   * @param points the oldest first
   * @param asOf time of the newest point where several looks have failed since; else empty
   */
  record HistoryAnswer(
      Optional<Instant> since,
      double intervalSeconds,
      List<Point> points,
      Optional<Instant> asOf) {}

  /**
   * A history without points.
   *
   * @param arrivals notes each look before this does
   */
  public ThroughputHistory(
      PairTopics topics, Supplier<List<Instance>> instances, Arrivals arrivals, Clock clock) {
    this.topics = topics;
    this.instances = instances;
    this.arrivals = arrivals;
    this.clock = clock;
  }

  /** {@code GET /v1/overview/history}, for those who may look. */
  public Route route() {
    return AnswerJson.route("/v1/overview/history", request -> answer());
  }

  /** Notes a look. */
  public void note(LagReport report) {
    Throughput throughput = new Throughput(instances.get(), arrivals, report.at());
    double arriving =
        throughput.arriving(topics.crowdsourced().name())
            + throughput.scraped(topics)
            + throughput.arriving(topics.generated().name());
    double rejected = throughput.decided(PairStatus.QUARANTINED);
    double judged =
        rejected
            + Stream.of(PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST)
                .mapToDouble(throughput::decided)
                .sum();
    double waiting =
        report
            .group(topics.dataset().preprocessGroup())
            .map(group -> group.now().records())
            .filter(records -> records.isPresent())
            .map(records -> (double) records.getAsLong())
            .orElse(Double.NaN);
    add(
        new Point(report.at(), 60 * arriving, 60 * judged, waiting, rejected / judged),
        report.intervalSeconds());
  }

  private synchronized void add(Point point, double interval) {
    intervalSeconds = interval;
    points.addLast(point);
    if (points.size() > MOST_POINTS) {
      points.removeFirst();
    }
  }

  private synchronized HistoryAnswer answer() {
    Instant old = clock.instant().minusMillis((long) (1_000 * MISSED * intervalSeconds));
    return new HistoryAnswer(
        Optional.ofNullable(points.peekFirst()).map(Point::at),
        intervalSeconds,
        List.copyOf(points),
        Optional.ofNullable(points.peekLast()).map(Point::at).filter(at -> at.isBefore(old)));
  }
}
