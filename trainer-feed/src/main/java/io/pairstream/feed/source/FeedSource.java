package io.pairstream.feed.source;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;

/**
 * Where samples come from: a split's topic.
 *
 * @param cluster the data set
 * @param split TRAINING, VALIDATION or TEST
 */
public record FeedSource(ClusterAccess cluster, PairStatus split) {

  /** Approximate bytes of a partition in one answer to a fetch, where much is read. */
  public static final int MAX_FETCH_BYTES = 4 * 1024 * 1024;

  public FeedSource {
    if (!split.isPublished()) {
      throw new IllegalArgumentException("a split is TRAINING, VALIDATION or TEST, not " + split);
    }
  }

  /** Name of the split's topic: {@code pairs.training}. */
  public String topic() {
    return cluster.dataset().topic(split.name().toLowerCase(Locale.ROOT));
  }

  /** The split's topic. */
  public Topic<PreparedPair> pairs() {
    return new AvroSerdes(cluster.registry()).topic(PreparedPair.class, topic());
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
    try (Admin admin = cluster.admin()) {
      return KafkaAnswers.await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }
  }

  /**
   * A consumer of committed records that has nothing assigned, joins no group and commits nothing.
   *
   * @param own settings that override all others
   */
  public KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> own) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ConsumerConfig.DEFAULT_MAX_POLL_RECORDS);
    String fetch = ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG;
    settings.put(fetch, cluster.clientSettings().getOrDefault(fetch, MAX_FETCH_BYTES));
    settings.putAll(own);
    return cluster.consumer(settings);
  }
}
