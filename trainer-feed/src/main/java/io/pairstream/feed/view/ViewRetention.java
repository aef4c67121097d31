package io.pairstream.feed.view;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * How long the settings of its topic leave a view whole.
 *
 * @param topic the view's
 * @param isCompacted whether the topic keeps the last record of each key
 * @param leavesFrom when the oldest record of the view is old enough for the broker to delete it;
 *     empty where the topic deletes nothing by age
 * @param partitionBytes more than so many bytes of a partition the broker deletes, oldest first;
 *     empty where it deletes nothing by size
 */
public record ViewRetention(
    String topic, boolean isCompacted, Optional<Instant> leavesFrom, OptionalLong partitionBytes) {

  private static final Duration POLL = Duration.ofMillis(500);

  /** For one record, which is there: longer than a broker that stands still is believed in. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /**
   * Asks the broker for the topic's settings, and for the view's oldest record where they need it.
   *
   * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
   * @throws KafkaException where the broker does not answer, or does not say
   */
  public static ViewRetention of(View view, Map<String, Object> clientSettings) {
    Map<String, String> settings = settings(view.topic(), clientSettings);
    List<String> policies =
        List.of(settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).replace(" ", "").split(",", -1));
    boolean deletes = policies.contains(TopicConfig.CLEANUP_POLICY_DELETE);
    long millis = Long.parseLong(settings.get(TopicConfig.RETENTION_MS_CONFIG));
    long bytes = Long.parseLong(settings.get(TopicConfig.RETENTION_BYTES_CONFIG));
    return new ViewRetention(
        view.topic(),
        policies.contains(TopicConfig.CLEANUP_POLICY_COMPACT),
        deletes && millis >= 0
            ? oldest(view, clientSettings).map(time -> time.plusMillis(millis))
            : Optional.empty(),
        deletes && bytes >= 0 ? OptionalLong.of(bytes) : OptionalLong.empty());
  }

  /** Whether the broker deletes none of the view's pairs but those that are withdrawn. */
  public boolean isKept() {
    return leavesFrom.isEmpty() && partitionBytes.isEmpty();
  }

  /** One sentence without a full stop. */
  public String inWords() {
    String bySize =
        partitionBytes.isEmpty()
            ? ""
            : "once a partition has more than %,d bytes".formatted(partitionBytes.getAsLong());
    if (leavesFrom.isPresent()) {
      return "the oldest block leaves from "
          + leavesFrom.get()
          + (bySize.isEmpty() ? "" : ", or " + bySize);
    } else if (!bySize.isEmpty()) {
      return "the oldest block leaves " + bySize;
    }
    return isCompacted ? "kept: compacted, not deleted by age" : "kept: not deleted by age";
  }

  private static Map<String, String> settings(String topic, Map<String, Object> clientSettings) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = AdminClients.create(clientSettings)) {
      Config config =
          KafkaAnswers.await(admin.describeConfigs(List.of(resource)).all()).get(resource);
      return config.entries().stream()
          .filter(entry -> entry.value() != null)
          .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }
  }

  /** Time of the first record of the view that any partition still has. */
  private static Optional<Instant> oldest(View view, Map<String, Object> clientSettings) {
    Map<TopicPartition, Block> first = new LinkedHashMap<>();
    for (Block block : view.blocks()) {
      first.putIfAbsent(new TopicPartition(view.topic(), block.partition()), block);
    }
    Consumer<byte[], byte[]> consumer =
        FeedSource.consumer(
            clientSettings,
            Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                1,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                1024));
    try {
      return first.entrySet().stream()
          .flatMap(entry -> time(consumer, entry.getKey(), entry.getValue()).stream())
          .min(Instant::compareTo);
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private static Optional<Instant> time(
      Consumer<byte[], byte[]> consumer, TopicPartition partition, Block block) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, block.begin());
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      boolean isLast = System.nanoTime() > deadline;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        return Optional.of(Instant.ofEpochMilli(record.timestamp()));
      }
      if (consumer.position(partition) >= consumer.endOffsets(List.of(partition)).get(partition)) {
        return Optional.empty();
      }
      if (isLast) {
        // To say that it is kept would be a guess.
        throw new TimeoutException(partition + " does not give the oldest record of the view");
      }
    }
  }
}
