package io.pairstream.feed;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Where samples come from: a split's topic.
 *
 * @param split TRAINING, VALIDATION or TEST
 * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
 */
public record FeedSource(
    Dataset dataset, PairStatus split, Registry registry, Map<String, Object> clientSettings) {

  /** Bytes of a partition in one answer, about, where much is read. */
  static final int MAX_FETCH_BYTES = 4 * 1024 * 1024;

  public FeedSource {
    if (!split.isPublished()) {
      throw new IllegalArgumentException("a split is TRAINING, VALIDATION or TEST, not " + split);
    }
    clientSettings = Map.copyOf(clientSettings);
  }

  /** Name of the split's topic: {@code pairs.training}. */
  public String topic() {
    return dataset.topic(split.name().toLowerCase(Locale.ROOT));
  }

  public RecordDecoder<PreparedPair> decoder() {
    return RecordDecoder.of(PreparedPair.class, topic(), registry);
  }

  /**
   * Description of the topic.
   *
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public TopicDescription describe() {
    return describe(topic());
  }

  TopicDescription describe(String topic) {
    try (Admin admin = AdminClients.create(clientSettings)) {
      return KafkaAnswers.await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }
  }

  /**
   * A consumer of committed records that has nothing assigned, joins no group and commits nothing.
   *
   * @param own settings that override all others
   */
  public KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> own) {
    return consumer(clientSettings, own);
  }

  static KafkaConsumer<byte[], byte[]> consumer(
      Map<String, Object> clientSettings, Map<String, Object> own) {
    Map<String, Object> config = new HashMap<>(clientSettings);
    config.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_FETCH_BYTES);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.putAll(own);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Reads a view's blocks.
   *
   * <p>What it asks for is there. A fetch beyond a block's end, which the client sends ahead at the
   * end of the log, would keep the next one waiting.
   *
   * @param fetchBytes of a partition in one answer, about
   */
  public BlockReader blocks(int fetchBytes) {
    return new BlockReader(
        topic(),
        consumer(
            Map.of(
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                0,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                2 * Block.CUT_RECORDS,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                fetchBytes)));
  }

  /**
   * Checks that the topic holds all of a view's records.
   *
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws FeedRefusedException where the topic was made anew, or records are not there
   */
  public void requireHolds(View view) {
    if (!view.topic().equals(topic())) {
      throw new IllegalArgumentException(
          "the view is one of " + view.topic() + ", not of " + topic());
    }
    String topicId = describe().topicId().toString();
    if (!topicId.equals(view.topicId())) {
      throw new FeedRefusedException(
          "%s is not the topic that the view was cut from: it has been made anew (topic id %s, view %s)"
              .formatted(view.topic(), topicId, view.topicId()));
    }
    List<TopicPartition> partitions =
        view.blocks().stream()
            .map(Block::partition)
            .distinct()
            .map(partition -> new TopicPartition(topic(), partition))
            .toList();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (Block block : view.blocks()) {
        TopicPartition partition = new TopicPartition(topic(), block.partition());
        if (block.begin() < begins.get(partition)) {
          throw new FeedRefusedException(
              "%s begins at %d: records of the view, from %d on, have left the log"
                  .formatted(partition, begins.get(partition), block.begin()));
        }
        if (block.end() > ends.get(partition)) {
          throw new FeedRefusedException(
              "%s ends at %d, before the view's %d: records were lost, or the view is another cluster's"
                  .formatted(partition, ends.get(partition), block.end()));
        }
      }
    }
  }
}
