package io.pairstream.operations.lag.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.verdict.Sample.Rewind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what groups commit, between one look and the next: a group that went back and has read on
 * is where it would be otherwise by then. Where this client may not read the topic, only looks
 * tell. Not thread-safe.
 */
final class CommitReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CommitReader.class);

  private static final Duration LONGEST_READING = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Versions of keys that are offset commits; others are groups' metadata. */
  private static final int NEWEST_COMMIT_KEY = 1;

  private final ClusterAccess cluster;
  private final Map<String, Map<TopicPartition, Long>> places = new HashMap<>();
  private KafkaConsumer<byte[], byte[]> consumer;
  private boolean refused;

  CommitReader(ClusterAccess cluster) {
    this.cluster = cluster;
  }

  /**
   * Who has gone back since the last call, by group; nobody in the first call.
   *
   * @param reader asked for the ends of the topic's partitions
   * @param now where groups are, as they were before this call
   */
  Map<String, Map<TopicPartition, Rewind>> rewinds(LogReader reader, Map<String, GroupPlace> now) {
    Map<String, Map<TopicPartition, Rewind>> rewinds = new HashMap<>();
    if (refused) {
      return rewinds;
    }
    try {
      if (consumer == null) {
        begin(reader, now);
        return rewinds;
      }
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      long deadline = System.nanoTime() + LONGEST_READING.toNanos();
      while (ends.entrySet().stream()
              .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
          && System.nanoTime() < deadline) {
        consumer.poll(POLL).forEach(record -> note(record, rewinds));
      }
      places.keySet().retainAll(now.keySet());
    } catch (AuthorizationException e) {
      refused = true;
      LOG.warn("groups that go back and read on may be missed: {}", e.getMessage());
    }
    return rewinds;
  }

  /** What is committed from here on is read; everything before is in the groups' places. */
  private void begin(LogReader reader, Map<String, GroupPlace> now) {
    int partitions =
        reader
            .partitionsOf(List.of(Topic.GROUP_METADATA_TOPIC_NAME))
            .getOrDefault(Topic.GROUP_METADATA_TOPIC_NAME, 0);
    if (partitions == 0) {
      return;
    }
    List<TopicPartition> all =
        IntStream.range(0, partitions)
            .mapToObj(number -> new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, number))
            .toList();
    Map<TopicPartition, Long> ends = reader.highWatermarks(all);
    // Where commits were lost, those before them are no news.
    consumer = cluster.consumer(Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest"));
    consumer.assign(ends.keySet());
    ends.forEach(consumer::seek);
    now.forEach(
        (group, place) ->
            place
                .positions()
                .forEach(
                    (partition, position) ->
                        places
                            .computeIfAbsent(group, unknown -> new HashMap<>())
                            .put(partition, position.committed())));
  }

  private void note(
      ConsumerRecord<byte[], byte[]> record, Map<String, Map<TopicPartition, Rewind>> rewinds) {
    if (record.key() == null) {
      return;
    }
    ByteBuffer key = ByteBuffer.wrap(record.key());
    if (key.getShort() > NEWEST_COMMIT_KEY) {
      return;
    }
    String group = text(key);
    TopicPartition partition = new TopicPartition(text(key), key.getInt());
    Map<TopicPartition, Long> ofGroup = places.computeIfAbsent(group, unknown -> new HashMap<>());
    if (record.value() == null) {
      ofGroup.remove(partition);
      return;
    }
    // In all versions of the value the offset comes first.
    long offset = ByteBuffer.wrap(record.value()).getLong(Short.BYTES);
    Long before = ofGroup.put(partition, offset);
    if (before != null && offset < before) {
      rewinds
          .computeIfAbsent(group, unknown -> new HashMap<>())
          .merge(
              partition,
              new Rewind(before, offset),
              (first, second) ->
                  new Rewind(
                      Math.max(first.from(), second.from()), Math.min(first.to(), second.to())));
    }
  }

  private static String text(ByteBuffer from) {
    byte[] bytes = new byte[from.getShort()];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
