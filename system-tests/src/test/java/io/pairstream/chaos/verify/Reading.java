package io.pairstream.chaos.verify;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/** Reads the committed records of a data set with a plain consumer that belongs to no group. */
final class Reading implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int MEGABYTES = 1024 * 1024;

  private final Cluster cluster;
  private final ClusterAccess access;
  private final Admin admin;
  private final Map<String, Integer> partitionCounts = new TreeMap<>();

  Reading(Cluster cluster) {
    this.cluster = cluster;
    this.access = new ClusterAccess(cluster);
    this.admin = access.admin();
    List<String> topics =
        KafkaAnswers.await(admin.listTopics().names()).stream()
            .filter(
                name ->
                    name.startsWith(cluster.dataset().topic(""))
                        || name.startsWith(cluster.dataset().preprocessGroup() + "-"))
            .toList();
    KafkaAnswers.await(admin.describeTopics(topics).allTopicNames())
        .forEach((name, topic) -> partitionCounts.put(name, topic.partitions().size()));
  }

  PairTopics topics() {
    return access.topics();
  }

  List<String> rawTopics() {
    return fullNames(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED);
  }

  List<String> outputTopics() {
    return fullNames(
        TopicCatalogue.TRAINING,
        TopicCatalogue.VALIDATION,
        TopicCatalogue.TEST,
        TopicCatalogue.QUARANTINE);
  }

  private List<String> fullNames(String... names) {
    return Stream.of(names).map(cluster.dataset()::topic).toList();
  }

  List<TopicPartition> partitions(List<String> topics) {
    return topics.stream()
        .flatMap(
            topic ->
                IntStream.range(0, partitionCounts.get(topic))
                    .mapToObj(partition -> new TopicPartition(topic, partition)))
        .toList();
  }

  /** Whether a record lies where its key belongs; also where it has none. */
  boolean isOnItsPartition(ConsumerRecord<byte[], byte[]> record) {
    int count = partitionCounts.get(record.topic());
    return record.key() == null
        || record.partition() == Utils.toPositive(Utils.murmur2(record.key())) % count;
  }

  /**
   * Record in a value; empty where it cannot be read.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where it is unknown whether the
   *     value is at fault
   */
  <T> Optional<T> value(Topic<String, T> topic, byte[] value) {
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), value));
    } catch (SerializationException | AvroRuntimeException | ClassCastException e) {
      access.requireRegistry();
      return Optional.empty();
    }
  }

  static KafkaConsumer<byte[], byte[]> consumer(Cluster cluster) {
    Map<String, Object> settings =
        cluster.clientSettings(
            Map.of(
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                16 * MEGABYTES,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                4 * MEGABYTES,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                2_000));
    // A fetch beyond what is there, which the client sends ahead, is waited for when it closes.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Reads topics from each partition's first record to its last stable one at this time. */
  void all(List<String> topics, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    from(topics, Map.of(), each);
  }

  /**
   * Reads from an offset on, or from the log's beginning where that is later.
   *
   * @throws IllegalStateException where nothing comes for 2 minutes
   */
  private void from(
      List<String> topics,
      Map<TopicPartition, Long> offsets,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    List<TopicPartition> partitions = partitions(topics);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer
          .beginningOffsets(partitions)
          .forEach(
              (partition, begin) ->
                  consumer.seek(partition, Math.max(begin, offsets.getOrDefault(partition, 0L))));
      Map<TopicPartition, Long> left = new HashMap<>(ends);
      long heard = System.nanoTime();
      while (true) {
        left.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (left.isEmpty()) {
          return;
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

  /**
   * Records that preprocessing has not committed, on the raw topics and between its own tasks, per
   * partition. Counts records, not offsets: the marker of a transaction does not wait.
   */
  Map<TopicPartition, Long> undecided() {
    Map<TopicPartition, Long> committed = new HashMap<>();
    for (String group :
        List.of(cluster.dataset().preprocessGroup(), cluster.dataset().lookUpGroup())) {
      KafkaAnswers.await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
          .forEach(
              (partition, found) -> {
                if (found != null) {
                  committed.put(partition, found.offset());
                }
              });
    }
    List<String> topics = new ArrayList<>(rawTopics());
    topics.addAll(List.of(topics().fingerprints().name(), topics().findings().name()));
    topics.add(TopicCatalogue.repartitionTopic(cluster.dataset()));
    Map<TopicPartition, Long> undecided = new HashMap<>();
    from(
        topics,
        committed,
        record ->
            undecided.merge(new TopicPartition(record.topic(), record.partition()), 1L, Long::sum));
    return undecided;
  }

  /** Partitions of the data set with an open transaction, by the offset from which on it is. */
  Map<TopicPartition, Long> openTransactions() {
    Map<TopicPartition, Long> stable = ends(IsolationLevel.READ_COMMITTED);
    ends(IsolationLevel.READ_UNCOMMITTED)
        .forEach(
            (partition, end) -> {
              if (stable.get(partition) >= end) {
                stable.remove(partition);
              }
            });
    return stable;
  }

  private Map<TopicPartition, Long> ends(IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions(List.copyOf(partitionCounts.keySet()))
        .forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    KafkaAnswers.await(admin.listOffsets(latest, new ListOffsetsOptions(isolation)).all())
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
