package io.pairstream.operations.lag.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.HeadRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads single records where groups stand, committed ones alone, so that transaction markers are
 * passed over. Bounded in records, bytes and time. Not thread-safe.
 */
final class HeadReader implements AutoCloseable {

  private static final int AT_ONCE = 64;
  private static final Duration POLL = Duration.ofMillis(100);

  /** A broker sends one whole batch even where that is larger; at most 10 MiB. */
  private static final int FETCH_BYTES = 1024 * 1024;

  private static final int PARTITION_BYTES = 64 * 1024;

  private final ClusterAccess cluster;
  private final DescribeHead describe;
  private KafkaConsumer<byte[], byte[]> consumer;

  HeadReader(ClusterAccess cluster) {
    this.cluster = cluster;
    this.describe = new DescribeHead(cluster);
  }

  /** A place where somebody stands. */
  record Place(TopicPartition partition, long offset) {}

  /**
   * What was found where a group reads next.
   *
   * @param record the first record; empty where there is none up to {@code lookedUpTo}
   * @param lookedUpTo where the log ended when that was looked for
   */
  record Head(Optional<HeadRecord> record, long lookedUpTo) {}

  /**
   * A place that is looked at, up to the log's end.
   *
   * @param from first offset to read, at or behind the place's
   */
  record Wanted(Place place, long from, long end) {}

  /**
   * Reads what lies at these places, the first ones first, until there is too much of it or it
   * takes too long. What is not read is not in the answer.
   */
  Map<Place, Head> read(List<Wanted> wanted, long mostBytes, Duration longest) {
    Map<Place, Head> found = new HashMap<>();
    if (wanted.isEmpty()) {
      return found;
    }
    long deadline = System.nanoTime() + longest.toNanos();
    long bytes = 0;
    Deque<Wanted> left = new ArrayDeque<>(wanted);
    while (!left.isEmpty() && bytes < mostBytes && System.nanoTime() < deadline) {
      bytes += readSome(next(left), mostBytes - bytes, deadline, found);
    }
    return found;
  }

  /** The next few, each partition once: a consumer has one position on it. */
  private static Map<TopicPartition, Wanted> next(Deque<Wanted> left) {
    Map<TopicPartition, Wanted> some = new HashMap<>();
    List<Wanted> later = new ArrayList<>();
    while (!left.isEmpty() && some.size() < AT_ONCE) {
      Wanted one = left.poll();
      if (some.putIfAbsent(one.place().partition(), one) != null) {
        later.add(one);
      }
    }
    for (int i = later.size() - 1; i >= 0; i--) {
      left.addFirst(later.get(i));
    }
    return some;
  }

  private long readSome(
      Map<TopicPartition, Wanted> some, long mostBytes, long deadline, Map<Place, Head> found) {
    if (consumer == null) {
      consumer =
          cluster.consumer(
              Map.of(
                  ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                  1,
                  ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                  FETCH_BYTES,
                  ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                  PARTITION_BYTES,
                  ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                  100,
                  ConsumerConfig.CLIENT_ID_CONFIG,
                  cluster.dataset().name() + "-lag-heads"));
    }
    long bytes = 0;
    Set<TopicPartition> open = new HashSet<>(some.keySet());
    try {
      consumer.assign(open);
      some.forEach((partition, one) -> consumer.seek(partition, one.from()));
      while (!open.isEmpty() && bytes < mostBytes && System.nanoTime() < deadline) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> record : records) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          Wanted one = some.get(partition);
          if (open.remove(partition)) {
            consumer.pause(List.of(partition));
            bytes += Math.max(0, record.serializedValueSize());
            found.put(one.place(), head(record, one));
          }
        }
        for (TopicPartition partition : List.copyOf(open)) {
          Wanted one = some.get(partition);
          // The position moves over transaction markers and aborted records too.
          if (consumer.position(partition) >= one.end()) {
            open.remove(partition);
            consumer.pause(List.of(partition));
            found.put(one.place(), new Head(Optional.empty(), one.end()));
          }
        }
      }
    } finally {
      // What was fetched and not taken is let go of.
      consumer.unsubscribe();
    }
    return bytes;
  }

  private Head head(ConsumerRecord<byte[], byte[]> record, Wanted wanted) {
    return record.offset() >= wanted.end()
        ? new Head(Optional.empty(), wanted.end())
        : new Head(Optional.of(describe.of(record)), wanted.end());
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
