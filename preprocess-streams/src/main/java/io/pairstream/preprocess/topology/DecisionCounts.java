package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.report.Counts;
import io.pairstream.service.report.Distribution;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Counts of decisions by outcome and reason, and of their delay since the record's arrival. A
 * record whose transaction is aborted is decided again, and counted again. Thread-safe.
 */
public final class DecisionCounts {

  /** Upper bounds of the histogram's buckets, in seconds. */
  private static final List<Double> DELAY_SECONDS =
      List.of(
          0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, Double.POSITIVE_INFINITY);

  private final Counts counts;
  private final Distribution delays;
  private final Clock clock;

  public DecisionCounts(Counts counts, Clock clock) {
    this.counts = counts;
    this.clock = clock;
    this.delays = counts.with(new Distribution("decision_delay_seconds", DELAY_SECONDS));
  }

  /** A pair is published, in a split; gives when. */
  Instant published(String split, String source, Instant arrivedAt) {
    decided(PairStatus.valueOf(split), source);
    return delay(arrivedAt);
  }

  /**
   * A record is rejected; gives when.
   *
   * @param source a {@link io.pairstream.schemas.SourceKind}, {@link Canaries#SOURCE}, or empty
   *     where the record does not say
   */
  Instant rejected(RejectReason reason, String source, Instant arrivedAt) {
    decided(PairStatus.QUARANTINED, source);
    counts.of("rejected_total", "reason", reason.name(), "source", source).increment();
    return delay(arrivedAt);
  }

  /** A pair that was published is rejected for what a model answered about it. */
  void refused(RejectReason reason) {
    decided(PairStatus.QUARANTINED, "");
    counts.of("rejected_total", "reason", reason.name(), "source", "").increment();
  }

  void withdrawn() {
    decided(PairStatus.WITHDRAWN, "");
  }

  private void decided(PairStatus status, String source) {
    counts.of("decided_total", "status", status.name(), "source", source).increment();
  }

  private Instant delay(Instant arrivedAt) {
    Instant now = clock.instant();
    Duration delay = Duration.between(arrivedAt, now);
    delays.add(delay.isNegative() ? Duration.ZERO : delay);
    return now.truncatedTo(ChronoUnit.MILLIS);
  }
}
