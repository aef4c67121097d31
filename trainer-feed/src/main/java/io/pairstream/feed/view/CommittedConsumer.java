package io.pairstream.feed.view;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of committed records that have nothing assigned, join no group and commit nothing. */
public final class CommittedConsumer {

  private CommittedConsumer() {}

  /**
   * Opens one.
   *
   * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
   * @param own settings that stand above all others
   */
  public static KafkaConsumer<byte[], byte[]> open(
      Map<String, Object> clientSettings, Map<String, Object> own) {
    Map<String, Object> config = new HashMap<>(clientSettings);
    config.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1024 * 1024);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.putAll(own);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
