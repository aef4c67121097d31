package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;

/** Counts what is done. One thread counts; any may read reasons, bytes and partitions. */
final class Tally {

  private final Map<RejectReason, LongAdder> byReason = new ConcurrentHashMap<>();
  private final LongAdder imageBytes = new LongAdder();
  private volatile Set<TopicPartition> partitions = Set.of();
  private long fetched;
  private long quarantined;
  private long triedAgain;
  private long putOff;

  void fetched(long bytes) {
    fetched++;
    imageBytes.add(bytes);
  }

  void quarantined(RejectReason reason) {
    quarantined++;
    byReason.computeIfAbsent(reason, unknown -> new LongAdder()).increment();
  }

  void triedAgain() {
    triedAgain++;
  }

  void putOff() {
    putOff++;
  }

  void worksOn(Set<TopicPartition> now) {
    if (!partitions.equals(now)) {
      partitions = Set.copyOf(now);
    }
  }

  FetchCounts counts(int underWay, int inMemory, int notDue) {
    return new FetchCounts(fetched, quarantined, triedAgain, putOff, underWay, inMemory, notDue);
  }

  /** Links that went to quarantine, by reason. */
  SortedMap<RejectReason, Long> byReason() {
    SortedMap<RejectReason, Long> sums = new TreeMap<>();
    byReason.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }

  /** Bytes of the images that were fetched. */
  long imageBytes() {
    return imageBytes.sum();
  }

  /** Partitions that are worked on, in order. */
  List<String> assigned() {
    return partitions.stream()
        .sorted(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
        .map(TopicPartition::toString)
        .toList();
  }
}
