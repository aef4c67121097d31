package io.pairstream.schemas.topics;

import io.pairstream.schemas.RawPair;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Makes a {@link TopicSpec}. Unless it says otherwise, a topic keeps each key's last record for
 * ever, and our own services alone write it.
 */
final class TopicBuilder {

  /** Tombstones outlive the longest stop of a reader, which would otherwise miss them. */
  private static final Duration TOMBSTONES_KEPT = Duration.ofDays(7);

  private final String name;
  private final Schema valueSchema;
  private final Map<String, String> config = new TreeMap<>();
  private int partitions;
  private boolean mayKeepLess;
  private boolean fromOutside;

  /**
   * @param valueSchema null where the bytes are the topology's own business
   */
  TopicBuilder(String name, Schema valueSchema, int partitions) {
    this.name = name;
    this.valueSchema = valueSchema;
    this.partitions = partitions;
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, "compact");
    dropsTombstonesAfter(TOMBSTONES_KEPT);
    // Another one has brokers unpack a request whole, and 7 kB of zstd are 200 MB.
    config.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
    config.put(
        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
        valueSchema == null ? "CreateTime" : "LogAppendTime");
  }

  /** One partition, so that all readers see its records in one order. */
  TopicBuilder inOneOrder() {
    partitions = 1;
    return this;
  }

  /** Records are deleted after a time. */
  TopicBuilder keptFor(Duration time) {
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
    config.put(TopicConfig.RETENTION_MS_CONFIG, millis(time));
    config.remove(TopicConfig.DELETE_RETENTION_MS_CONFIG);
    return this;
  }

  /** Records are deleted after a time, or sooner where an operator has set a shorter one. */
  TopicBuilder keptForAtMost(Duration time) {
    mayKeepLess = true;
    return keptFor(time);
  }

  /** No retention: the topic's reader deletes records itself once it has processed them. */
  TopicBuilder keptUntilRead() {
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
    config.put(TopicConfig.RETENTION_MS_CONFIG, TopicSpec.NO_LIMIT);
    config.put(TopicConfig.RETENTION_BYTES_CONFIG, TopicSpec.NO_LIMIT);
    config.remove(TopicConfig.DELETE_RETENTION_MS_CONFIG);
    return this;
  }

  /** Each key's last record is deleted too, after a time. */
  TopicBuilder lastOfEachKeyFor(Duration time) {
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete");
    config.put(TopicConfig.RETENTION_MS_CONFIG, millis(time));
    return dropsTombstonesAfter(time);
  }

  /** The time that a reader has to see that a key is gone. */
  TopicBuilder dropsTombstonesAfter(Duration time) {
    config.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, millis(time));
    return this;
  }

  /** Segments are closed early, since the broker cleans only closed ones. */
  TopicBuilder inSegmentsOf(Duration time, int mebibytes) {
    config.put(TopicConfig.SEGMENT_MS_CONFIG, millis(time));
    config.put(TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(mebibytes * 1024 * 1024));
    return this;
  }

  /** Producers write it who are not ours. */
  TopicBuilder fromOutside() {
    fromOutside = true;
    return this;
  }

  TopicSpec build() {
    boolean raw = RawPair.SCHEMA$.equals(valueSchema);
    int most = raw ? RecordSizes.MAX_RAW_RECORD : RecordSizes.MAX_RECORD;
    config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(most));
    if (fromOutside) {
      config.put(TopicConfig.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG, String.valueOf(most));
    }
    return new TopicSpec(
        name, Optional.ofNullable(valueSchema), partitions, config, mayKeepLess, fromOutside);
  }

  private static String millis(Duration time) {
    return String.valueOf(time.toMillis());
  }
}
