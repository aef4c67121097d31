package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.service.report.Counts;
import io.pairstream.service.report.Reading;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;

/** Counts of this instance's work since its start, and its work under way. Thread-safe. */
final class FetchMetrics {

  private final Counts counts = new Counts();

  /** Links that became raw pairs. */
  final LongAdder fetched = counts.of("links_fetched_total");

  final LongAdder imageBytes = counts.of("link_image_bytes_total");

  /** Attempts that failed and are to be repeated. */
  final LongAdder triedAgain = counts.of("link_attempts_to_repeat_total");

  /** Links that came before their turn, or lay where another instance works. */
  final LongAdder putOff = counts.of("links_put_off_total");

  private final LongAdder quarantined = new LongAdder();

  private volatile Work work = new Work(0, 0, 0, Instant.MAX);

  /**
   * Work under way.
   *
   * @param underWay links that the fetcher has now
   * @param inMemory links that wait here for their host's turn
   * @param notDue links of this instance's partitions that are not due yet
   * @param nextDue when the first of these is due; {@link Instant#MAX} where there is none
   */
  record Work(int underWay, int inMemory, int notDue, Instant nextDue) {}

  void worksOn(Work now) {
    work = now;
  }

  void countQuarantined(RejectReason reason) {
    quarantined.increment();
    counts.of("links_quarantined_total", "reason", reason.name()).increment();
  }

  Work work() {
    return work;
  }

  long quarantined() {
    return quarantined.sum();
  }

  /** Grows with whatever became of a link. */
  long done() {
    return fetched.sum() + quarantined() + triedAgain.sum() + putOff.sum();
  }

  void read(Reading reading) {
    Work now = work;
    counts.accept(reading);
    reading
        .gauge("links_under_way", now.underWay())
        .gauge("links_in_memory", now.inMemory())
        .gauge("links_not_due", now.notDue());
    if (now.notDue() > 0) {
      reading.gauge("links_next_due_timestamp_seconds", now.nextDue().getEpochSecond());
    }
  }
}
