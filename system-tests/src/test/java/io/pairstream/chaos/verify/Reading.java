package io.pairstream.chaos.verify;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads committed records with a plain consumer that belongs to no group. */
final class Reading {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int MEGABYTES = 1024 * 1024;

  private Reading() {}

  static List<String> rawTopics(Cluster cluster) {
    return List.of(
        cluster.dataset().topic(TopicCatalogue.CROWDSOURCED),
        cluster.dataset().topic(TopicCatalogue.SCRAPED));
  }

  static List<String> outputTopics(Cluster cluster) {
    return List.of(
        cluster.dataset().topic(TopicCatalogue.TRAINING),
        cluster.dataset().topic(TopicCatalogue.VALIDATION),
        cluster.dataset().topic(TopicCatalogue.TEST),
        cluster.dataset().topic(TopicCatalogue.QUARANTINE));
  }

  /** All partitions of these topics, in their order. */
  static List<TopicPartition> partitions(Cluster cluster, List<String> topics) {
    try (Admin admin = Admin.create(cluster.clientSettings(Map.of()))) {
      var described = KafkaAnswers.await(admin.describeTopics(topics).allTopicNames());
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : topics) {
        for (int i = 0; i < described.get(topic).partitions().size(); i++) {
          partitions.add(new TopicPartition(topic, i));
        }
      }
      return partitions;
    }
  }

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
        } else if (System.nanoTime() - heard > TIMEOUT.toNanos()) {
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
