package io.pairstream.curation.history;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.Pages;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Counts by their receipts what the topology decides after this was made. Not thread-safe. */
public final class DecidedPairs implements AutoCloseable {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  /**
   * Counts of the pairs that the topology has decided by some moment.
   *
   * @param quarantine rejected, by reason
   * @param example one that was rejected, and is no copy
   */
  public record Counts(
      long training,
      long validation,
      long test,
      SortedMap<String, Long> quarantine,
      @JsonIgnore Optional<Rejected> example) {

    /**
     * A pair that was rejected.
     *
     * @param id pair id, or the coordinates where it has none
     */
    public record Rejected(String id, String reason, String detail) {}

    public Counts {
      quarantine = Collections.unmodifiableSortedMap(new TreeMap<>(quarantine));
    }

    public long quarantined() {
      return quarantine.values().stream().mapToLong(count -> count).sum();
    }

    /** Number of the rejected whose pair had come before. */
    public long copies() {
      return quarantine.getOrDefault(RejectReason.DUPLICATE_PAIR.name(), 0L);
    }

    /** All of them: what came out. */
    public long total() {
      return training + validation + test + quarantined();
    }

    /** The reason for which most were rejected that are no copies; empty where none was. */
    public Optional<String> mostFrequentReason() {
      return quarantine.entrySet().stream()
          .filter(reason -> !reason.getKey().equals(RejectReason.DUPLICATE_PAIR.name()))
          .max(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey);
    }
  }

  private final ClusterAccess cluster;
  private final CommittedLog log;
  private final Map<TopicPartition, Long> rawBefore;

  private final List<TopicPartition> receipts;
  private final Pages receiptsRead;
  private final List<TopicPartition> waiting;
  private final Pages waitingRead;

  /** Pairs that wait until their picture is looked up. */
  private final Set<String> waits = new HashSet<>();

  /** By status, which raw records since the beginning are published: their offsets from there. */
  private final Map<String, Map<TopicPartition, BitSet>> seen = new HashMap<>();

  private final Map<String, Long> published = new HashMap<>();
  private final TreeMap<String, Long> quarantine = new TreeMap<>();
  private Counts.Rejected example;

  public DecidedPairs(ClusterAccess cluster) {
    this.cluster = cluster;
    log = CommittedLog.open(cluster);
    rawBefore = log.ends(log.partitions(cluster.topics().rawNames()));
    receipts = log.partitions(cluster.topics().receipts().name());
    receiptsRead = new Pages(log, receipts, log.ends(receipts));
    waiting = log.partitions(cluster.topics().waitingPairs().name());
    waitingRead = new Pages(log, waiting, log.ends(waiting));
  }

  /** Counts up to now. */
  public Counts count() {
    return count(log.ends(receipts));
  }

  /**
   * Waits until none of the raw pairs that are there now waits; links that are still to be fetched
   * are not waited for.
   *
   * @param begin receives how many wait at first
   * @param look receives how many still wait, ten times a second
   */
  public Counts await(LongConsumer begin, LongConsumer look) {
    Map<TopicPartition, Long> starts = log.beginnings(rawBefore.keySet());
    Map<TopicPartition, Long> ends = log.ends(rawBefore.keySet());
    try (Admin admin = cluster.admin()) {
      long left = waiting(admin, starts, ends);
      begin.accept(left);
      while (left > 0) {
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        left = waiting(admin, starts, ends);
        look.accept(left);
      }
      // Up to the very end: a transaction whose offsets count may not have ended here yet.
      return count(ClusterAccess.veryEnds(admin, receipts));
    }
  }

  /** Raw pairs before those ends that the topology has not decided. */
  private long waiting(
      Admin admin, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> committed =
        ClusterAccess.committedAndSettled(
            admin, cluster.dataset().preprocessGroup(), ends.keySet());
    long undecided = 0;
    for (TopicPartition partition : ends.keySet()) {
      long start = starts.get(partition);
      long from = Math.max(start, committed.getOrDefault(partition, start));
      undecided += Math.max(0, ends.get(partition) - from);
    }
    waitingRead.readTo(
        ClusterAccess.veryEnds(admin, waiting),
        record -> {
          String key = CommittedLog.key(record);
          boolean unused = record.value() == null ? waits.remove(key) : waits.add(key);
        });
    return undecided + waits.size();
  }

  private Counts count(Map<TopicPartition, Long> ends) {
    receiptsRead.readTo(
        ends,
        record ->
            cluster
                .topics()
                .receipts()
                .decode(record.value())
                .ifPresent(receipt -> add(receipt, record)));
    return new Counts(
        published.getOrDefault(PairStatus.TRAINING.name(), 0L),
        published.getOrDefault(PairStatus.VALIDATION.name(), 0L),
        published.getOrDefault(PairStatus.TEST.name(), 0L),
        quarantine,
        Optional.ofNullable(example));
  }

  /**
   * Counts what became of the raw record that a receipt answers, which its header names: of a copy
   * the receipt itself names the first record. Receipts that answer an earlier raw record count
   * nowhere, such as those of an old pair that is withdrawn; nor does the old receipt of a pair
   * that came back, which is put aside under its coordinates; nor a status that a later release
   * writes.
   */
  private void add(Receipt receipt, ConsumerRecord<byte[], byte[]> record) {
    Origin answered = OriginHeader.read(record.headers()).orElse(receipt.getOrigin());
    TopicPartition raw = new TopicPartition(answered.getTopic(), answered.getPartition());
    long since = answered.getOffset() - rawBefore.getOrDefault(raw, Long.MAX_VALUE);
    String key = CommittedLog.key(record);
    if (since < 0 || !(receipt.getPairId().isEmpty() || receipt.getPairId().equals(key))) {
      return;
    }
    String status = receipt.getStatus();
    if (status.equals(PairStatus.QUARANTINED.name())) {
      remove(raw, since);
      quarantine.merge(receipt.getReason(), 1L, Long::sum);
      example = new Counts.Rejected(key, receipt.getReason(), receipt.getDetail());
    } else if (status.equals(PairStatus.WITHDRAWN.name())) {
      remove(raw, since);
      quarantine.merge(RejectReason.WITHDRAWN.name(), 1L, Long::sum);
    } else if (answered.equals(receipt.getOrigin())) {
      add(status, raw, since);
    } else {
      quarantine.merge(RejectReason.DUPLICATE_PAIR.name(), 1L, Long::sum);
    }
  }

  private void add(String status, TopicPartition raw, long since) {
    seen.computeIfAbsent(status, unused -> new HashMap<>())
        .computeIfAbsent(raw, unused -> new BitSet())
        .set(Math.toIntExact(since));
    published.merge(status, 1L, Long::sum);
  }

  private void remove(TopicPartition raw, long since) {
    seen.forEach(
        (status, partitions) -> {
          BitSet offsets = partitions.getOrDefault(raw, new BitSet());
          if (offsets.get(Math.toIntExact(since))) {
            offsets.clear(Math.toIntExact(since));
            published.merge(status, -1L, Long::sum);
          }
        });
  }

  @Override
  public void close() {
    log.close();
  }
}
