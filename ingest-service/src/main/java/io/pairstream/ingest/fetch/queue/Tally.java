package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.service.report.Reading;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;

/** What this instance did since it started, and what it is at. Thread-safe. */
final class Tally {

  private final LongAdder fetched = new LongAdder();
  private final LongAdder imageBytes = new LongAdder();
  private final LongAdder triedAgain = new LongAdder();
  private final LongAdder putOff = new LongAdder();
  private final Map<RejectReason, LongAdder> quarantined = new ConcurrentSkipListMap<>();
  private volatile Work work = new Work(Set.of(), 0, 0, 0);

  /**
   * What it is at.
   *
   * @param underWay links that the fetcher has now
   * @param inMemory links that wait here for their host's turn
   * @param notDue links of this instance's partitions that are not due yet
   */
  record Work(Set<TopicPartition> partitions, int underWay, int inMemory, int notDue) {}

  void worksOn(Work now) {
    work = now;
  }

  void countFetched(long bytes) {
    fetched.increment();
    imageBytes.add(bytes);
  }

  void countQuarantined(RejectReason reason) {
    quarantined.computeIfAbsent(reason, unknown -> new LongAdder()).increment();
  }

  void countTriedAgain() {
    triedAgain.increment();
  }

  void countPutOff() {
    putOff.increment();
  }

  Work work() {
    return work;
  }

  /** Links that became raw pairs. */
  long fetched() {
    return fetched.sum();
  }

  long quarantined() {
    return quarantined.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Attempts that failed and are to be repeated. */
  long triedAgain() {
    return triedAgain.sum();
  }

  /** Links that came before their turn, or lay where another instance works. */
  long putOff() {
    return putOff.sum();
  }

  /** Grows with whatever became of a link. */
  long done() {
    return fetched() + quarantined() + triedAgain() + putOff();
  }

  void read(Reading reading) {
    Work now = work;
    reading
        .counter("links_fetched_total", fetched())
        .counter("link_image_bytes_total", imageBytes.sum())
        .counter("link_attempts_to_repeat_total", triedAgain())
        .counter("links_put_off_total", putOff())
        .gauge("links_under_way", now.underWay())
        .gauge("links_in_memory", now.inMemory())
        .gauge("links_not_due", now.notDue());
    quarantined.forEach(
        (reason, count) ->
            reading.counter("links_quarantined_total", count.sum(), "reason", reason.name()));
  }

  /** Partitions that are worked on, in order. */
  List<String> assigned() {
    return work.partitions().stream()
        .sorted(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
        .map(TopicPartition::toString)
        .toList();
  }
}
