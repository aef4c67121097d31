package io.pairstream.feed.view;

import io.pairstream.feed.source.FeedSource;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How long the settings of its topic leave a view whole.
 *
 * @param leavesFrom when the oldest record of the view is old enough for the broker to delete it;
 *     empty where the topic deletes nothing by age
 * @param partitionBytes more than so many bytes of a partition the broker deletes, oldest first;
 *     empty where it deletes nothing by size
 */
public record ViewRetention(Optional<Instant> leavesFrom, OptionalLong partitionBytes) {

  /**
   * Asks the broker for the topic's settings, and for the view's oldest record where they need it.
   *
   * @param source of the view
   * @throws KafkaException where the broker does not answer, or has deleted a part of the view
   */
  public static ViewRetention of(View view, FeedSource source) {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, view.topic());
    try (Admin admin = source.cluster().admin()) {
      Config config = KafkaAnswers.await(admin.describeConfigs(List.of(topic)).all()).get(topic);
      boolean deletes =
          config
              .get(TopicConfig.CLEANUP_POLICY_CONFIG)
              .value()
              .contains(TopicConfig.CLEANUP_POLICY_DELETE);
      long millis = Long.parseLong(config.get(TopicConfig.RETENTION_MS_CONFIG).value());
      long bytes = Long.parseLong(config.get(TopicConfig.RETENTION_BYTES_CONFIG).value());
      return new ViewRetention(
          deletes && millis >= 0
              ? oldest(view, source).map(time -> time.plusMillis(millis))
              : Optional.empty(),
          deletes && bytes >= 0 ? OptionalLong.of(bytes) : OptionalLong.empty());
    }
  }

  /** Whether the broker deletes none of the view's pairs but those that are withdrawn. */
  public boolean isKept() {
    return leavesFrom.isEmpty() && partitionBytes.isEmpty();
  }

  /** One sentence without a full stop. */
  public String inWords() {
    if (isKept()) {
      return "kept: not deleted by age";
    }
    String byAge = leavesFrom.map(time -> "from " + time).orElse("");
    String bySize =
        partitionBytes.isEmpty()
            ? ""
            : "once a partition has more than %,d bytes".formatted(partitionBytes.getAsLong());
    return "the oldest block leaves "
        + byAge
        + (byAge.isEmpty() || bySize.isEmpty() ? "" : ", or ")
        + bySize;
  }

  /** Time of the view's oldest record that is not withdrawn, over all partitions. */
  private static Optional<Instant> oldest(View view, FeedSource source) {
    try (BlockReader reader = BlockReader.open(source, 64 * 1024)) {
      return view.blocks().stream()
          .collect(Collectors.groupingBy(Block::partition))
          .values()
          .stream()
          .flatMap(blocks -> first(blocks, reader).stream())
          .min(Instant::compareTo);
    }
  }

  private static Optional<Instant> first(List<Block> blocks, BlockReader reader) {
    return blocks.stream()
        .flatMap(
            block ->
                IntStream.range(0, block.size())
                    .mapToObj(place -> reader.read(block, place, 1).get(0)))
        .filter(Objects::nonNull)
        .map(record -> Instant.ofEpochMilli(record.timestamp()))
        .findFirst();
  }
}
