package io.pairstream.chaos.verify;

import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads committed records with a plain consumer that belongs to no group. */
final class Reading {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int MEGABYTES = 1024 * 1024;

  private Reading() {}

  /** Of what is there already. */
  static KafkaConsumer<byte[], byte[]> consumer(Cluster cluster) {
    Map<String, Object> settings = settings(cluster);
    // A fetch beyond what is there, which the client sends ahead, would be waited for when it
    // closes.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    return consumer(settings);
  }

  /**
   * Of what is still to come: brokers keep its fetches until there is something, or for half a
   * second.
   */
  static KafkaConsumer<byte[], byte[]> follower(Cluster cluster) {
    return consumer(settings(cluster));
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Map<String, Object> settings(Cluster cluster) {
    Map<String, Object> settings =
        cluster.clientSettings(
            Map.of(
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                16 * MEGABYTES,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                4 * MEGABYTES,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                2_000));
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return settings;
  }

  /** Where a reading began and ended, as the broker said. */
  record Extent(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends) {}

  /** The committed record at an offset; empty where there is none any more. */
  static Optional<ConsumerRecord<byte[], byte[]>> one(
      Cluster cluster, TopicPartition partition, long offset) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
      List<TopicPartition> only = List.of(partition);
      consumer.assign(only);
      if (consumer.beginningOffsets(only).get(partition) > offset
          || consumer.endOffsets(only).get(partition) <= offset) {
        return Optional.empty();
      }
      consumer.seek(partition, offset);
      long heard = System.nanoTime();
      while (consumer.position(partition) <= offset && found.isEmpty()) {
        consumer.poll(POLL).forEach(found::add);
        if (System.nanoTime() - heard > PATIENCE.toNanos()) {
          throw new IllegalStateException("nothing comes of " + only);
        }
      }
    }
    return found.stream().filter(record -> record.offset() == offset).findFirst();
  }

  /**
   * Reads from each partition's first record to its last stable one at this time.
   *
   * @throws IllegalStateException where nothing comes for 2 minutes
   */
  static Extent all(
      Cluster cluster,
      List<TopicPartition> partitions,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    return from(cluster, partitions, Map.of(), each);
  }

  /**
   * The same from an offset on, where the log does not begin later.
   *
   * @param offsets where to begin; a partition's first record where there is none
   */
  static Extent from(
      Cluster cluster,
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> offsets,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
      consumer.assign(partitions);
      Map<TopicPartition, Long> begins = new HashMap<>(consumer.beginningOffsets(partitions));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      begins.replaceAll((partition, begin) -> Math.max(begin, offsets.getOrDefault(partition, 0L)));
      begins.forEach(consumer::seek);
      Map<TopicPartition, Long> left = new HashMap<>(ends);
      long heard = System.nanoTime();
      while (true) {
        left.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (left.isEmpty()) {
          return new Extent(Map.copyOf(begins), Map.copyOf(ends));
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          heard = System.nanoTime();
        } else if (System.nanoTime() - heard > PATIENCE.toNanos()) {
          throw new IllegalStateException("nothing comes of " + left.keySet());
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
            each.accept(record);
          }
        }
      }
    }
  }
}
