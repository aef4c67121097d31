package io.pairstream.feed.view;

import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The segments of named views, read from their topic of one partition: committed ones only. */
final class ViewTopic {

  private static final Pattern KEY = Pattern.compile("([^/]+)/([0-9]{8})");

  private static final Duration POLL = Duration.ofMillis(100);

  /** Time limit of reading the topic: longer than a killed writer's transaction stays open. */
  private static final Duration TIMEOUT = ViewLog.TRANSACTION_TIMEOUT.multipliedBy(2);

  private final TopicPartition partition;
  private final ClusterAccess cluster;
  private final Topic<ViewSegment> views;
  private final SortedMap<String, SortedMap<Integer, ConsumerRecord<byte[], byte[]>>> records =
      new TreeMap<>();

  ViewTopic(ClusterAccess cluster) {
    this.cluster = cluster;
    this.views = cluster.topics().views();
    this.partition = new TopicPartition(views.name(), 0);
  }

  /** Key of a segment's record. */
  static String key(String name, int segment) {
    return "%s/%08d".formatted(name, segment);
  }

  /**
   * Reads to where the first open transaction begins, or to the end: a transaction's records are
   * read all together or not at all.
   *
   * @throws UnknownTopicOrPartitionException where there is no such topic
   * @throws KafkaException where the broker does not answer
   */
  ViewTopic readCommitted() {
    read(0, end("read_committed"), this::take);
    return this;
  }

  /**
   * Reads to the end of all that was written, and waits for transactions that are still open.
   *
   * @throws KafkaException where the broker does not answer, or one of them does not end
   */
  void readAll() {
    read(0, end("read_uncommitted"), this::take);
  }

  /**
   * Waits until readers see a record of a transaction that has ended.
   *
   * @throws KafkaException where the broker does not answer, or another transaction before it does
   *     not end
   */
  void awaitVisible(long offset) {
    read(offset, offset + 1, record -> {});
  }

  private void read(long from, long end, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    KafkaConsumer<byte[], byte[]> consumer = cluster.consumer(Map.of());
    try {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end) {
            reader.accept(record);
          }
          deadline = System.nanoTime() + TIMEOUT.toNanos();
        }
        if (System.nanoTime() > deadline) {
          throw new KafkaException(
              "%s cannot be read beyond offset %d: a transaction does not end"
                  .formatted(partition, consumer.position(partition)));
        }
      }
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private long end(String isolation) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        cluster.consumer(Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation))) {
      if (consumer.partitionsFor(partition.topic()).isEmpty()) {
        throw new UnknownTopicOrPartitionException("there is no topic " + partition.topic());
      }
      return consumer.endOffsets(List.of(partition)).get(partition);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Matcher key = KEY.matcher(new String(record.key(), StandardCharsets.UTF_8));
    if (key.matches()) {
      var segments = records.computeIfAbsent(key.group(1), unused -> new TreeMap<>());
      segments.put(Integer.valueOf(key.group(2)), record);
      segments.values().removeIf(segment -> segment.value() == null);
    }
  }

  /** Numbers of the segments of a view for which there is a record. */
  Set<Integer> numbers(String name) {
    return records.getOrDefault(name, new TreeMap<>()).keySet();
  }

  /**
   * All views, by name.
   *
   * @throws InvalidViewException where a record is no segment of a view
   */
  List<NamedView> views() {
    return records.keySet().stream().map(this::view).flatMap(Optional::stream).toList();
  }

  /**
   * The view of a name.
   *
   * @throws InvalidViewException where its records are not those of a view
   */
  Optional<NamedView> view(String name) {
    List<ViewSegment> segments = new ArrayList<>();
    records
        .getOrDefault(name, new TreeMap<>())
        .forEach(
            (number, record) -> {
              if (number != segments.size()) {
                throw new InvalidViewException(
                    "the view %s has a segment %d, and none of the number %d"
                        .formatted(name, number, segments.size()));
              }
              segments.add(segment(name, number, record));
            });
    return segments.isEmpty() ? Optional.empty() : Optional.of(new NamedView(name, segments));
  }

  private ViewSegment segment(String name, int number, ConsumerRecord<byte[], byte[]> record) {
    return views
        .decode(record.value())
        .filter(one -> one.getName().equals(name) && one.getSegment() == number)
        .orElseThrow(
            () ->
                new InvalidViewException(
                    "%s-%d at offset %d holds no segment %d of the view %s, as its key says"
                        .formatted(
                            record.topic(), record.partition(), record.offset(), number, name)));
  }
}
