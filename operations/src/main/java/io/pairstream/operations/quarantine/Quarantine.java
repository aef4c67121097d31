package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** A data set's quarantine, as far as it is committed. */
public final class Quarantine {

  /** Brokers' clocks agree within this. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private static final int SMALLEST_WINDOW = 200;

  private final ClusterAccess cluster;
  private final Topic<String, QuarantinedPair> topic;

  public Quarantine(ClusterAccess cluster) {
    this.cluster = cluster;
    this.topic = cluster.topics().quarantine();
  }

  /**
   * The newest entries, newest last.
   *
   * @param reason only those with this reason
   * @param limit how many at most; at least 1
   */
  public List<QuarantineEntry> newest(Optional<String> reason, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit);
    }
    Predicate<QuarantineEntry> wanted =
        entry -> reason.isEmpty() || reason.get().equals(entry.pair().getReason());
    try (CommittedLog log = CommittedLog.open(cluster)) {
      List<QuarantineEntry> entries = new ArrayList<>();
      log.everything(log.partitions(topic.name()))
          .forEach((tp, all) -> entries.addAll(newestOf(log, tp, all, wanted, limit)));
      entries.sort(
          Comparator.comparing(QuarantineEntry::arrivedAt)
              .thenComparing(QuarantineEntry::partition)
              .thenComparing(QuarantineEntry::offset));
      return entries.subList(Math.max(0, entries.size() - limit), entries.size());
    }
  }

  /** The newest entry with that key. */
  public Optional<QuarantineEntry> show(String key) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      TopicPartition partition = log.partitionOf(topic.name(), key);
      Stretch all = log.everything(List.of(partition)).get(partition);
      List<QuarantineEntry> found =
          newestOf(log, partition, all, entry -> key.equals(entry.key()), 1);
      return found.stream().findFirst();
    }
  }

  /**
   * The entry that a raw record became.
   *
   * @param key the entry's key
   * @param decidedAt the time that Kafka gave the raw record
   */
  public Optional<QuarantineEntry> entryOf(String key, Origin origin, Instant decidedAt) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      TopicPartition partition = log.partitionOf(topic.name(), key);
      Stretch all = log.everything(List.of(partition)).get(partition);
      long since = Math.max(0, decidedAt.minus(CLOCK_SKEW).toEpochMilli());
      long from = log.offsetAt(partition, since);
      List<QuarantineEntry> found = new ArrayList<>();
      log.read(
          Map.of(partition, new Stretch(Math.max(from, all.from()), all.to())),
          record -> {
            if (key.equals(keyOf(record))) {
              entry(record).filter(e -> origin.equals(e.pair().getOrigin())).ifPresent(found::add);
            }
            return found.isEmpty();
          });
      return found.stream().findFirst();
    }
  }

  /** Reads a partition from its end backwards, so that a long quarantine is not read in full. */
  private List<QuarantineEntry> newestOf(
      CommittedLog log,
      TopicPartition partition,
      Stretch all,
      Predicate<QuarantineEntry> wanted,
      int limit) {
    List<QuarantineEntry> newest = new ArrayList<>();
    long window = Math.max(SMALLEST_WINDOW, 2L * limit);
    long to = all.to();
    while (to > all.from() && newest.size() < limit) {
      long from = Math.max(all.from(), to - window);
      int missing = limit - newest.size();
      Deque<QuarantineEntry> found = new ArrayDeque<>();
      log.read(
          Map.of(partition, new Stretch(from, to)),
          record -> {
            entry(record).filter(wanted).ifPresent(found::addLast);
            if (found.size() > missing) {
              found.removeFirst();
            }
            return true;
          });
      newest.addAll(0, found);
      to = from;
    }
    return newest;
  }

  /** The entry; empty for a record that is none, such as a tombstone. */
  private Optional<QuarantineEntry> entry(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    QuarantinedPair pair;
    try {
      pair = topic.value().deserializer().deserialize(topic.name(), record.value());
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
    return Optional.of(
        new QuarantineEntry(
            keyOf(record),
            record.partition(),
            record.offset(),
            Instant.ofEpochMilli(record.timestamp()),
            pair));
  }

  private static String keyOf(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }
}
