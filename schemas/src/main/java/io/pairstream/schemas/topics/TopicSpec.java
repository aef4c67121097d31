package io.pairstream.schemas.topics;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;

/**
 * One topic of a data set.
 *
 * @param name full name: {@code pairs.training}
 * @param key what the record key is, for a reader
 * @param valueSchema schema of the values; empty where the bytes are the topology's own business
 * @param partitions number of partitions; never changes once the topic exists
 * @param kept how long records stay
 * @param maxRecordBytes largest batch that the topic takes, in bytes
 * @param fromOutside whether producers write it who are not ours: the broker judges the size of
 *     their records unpacked, because a reader could only after it has the whole in memory
 * @param appendTime whether the broker stamps records with the time of their arrival
 */
public record TopicSpec(
    String name,
    String key,
    Optional<Schema> valueSchema,
    int partitions,
    Kept kept,
    int maxRecordBytes,
    boolean fromOutside,
    boolean appendTime) {

  /** Of a topic whose keys change every few seconds; a largest record has room. */
  private static final int SEGMENT_BYTES = 16 * 1024 * 1024;

  /** How Kafka spells that records stay however old, or however many, they are. */
  private static final String NO_LIMIT = "-1";

  /** Limits of which a larger one takes nothing away. */
  private static final Set<String> LEAST =
      Set.of(
          TopicConfig.RETENTION_MS_CONFIG,
          TopicConfig.RETENTION_BYTES_CONFIG,
          TopicConfig.DELETE_RETENTION_MS_CONFIG,
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

  /** How long a topic keeps its records. */
  public sealed interface Kept {

    /**
     * For {@code time}, then no longer.
     *
     * @param orLess whether an operator may keep them for a shorter time, to be rid of their bytes
     */
    record For(Duration time, boolean orLess) implements Kept {

      /** For no less than {@code time}. */
      public For(Duration time) {
        this(time, false);
      }
    }

    /** The last one of each key, for ever; a tombstone removes a key. */
    record LastOfEachKey() implements Kept {}

    /** The last one of each key, and none that is older than {@code time}. */
    record LastOfEachKeyFor(Duration time) implements Kept {}

    /** Until the reader has done with them and deletes them itself. */
    record UntilRead() implements Kept {}
  }

  /** The topic's configuration as Kafka spells it. */
  public Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    if (kept instanceof Kept.For finite) {
      config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
      config.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(finite.time().toMillis()));
    } else if (kept instanceof Kept.LastOfEachKey) {
      config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
      // A tombstone outlives the longest stop of a reader, which otherwise never learns of it.
      config.put(
          TopicConfig.DELETE_RETENTION_MS_CONFIG, String.valueOf(Duration.ofDays(7).toMillis()));
    } else if (kept instanceof Kept.LastOfEachKeyFor finite) {
      config.put(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE);
      config.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(finite.time().toMillis()));
      config.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, String.valueOf(finite.time().toMillis()));
      // Whoever begins to read reads all of it, and only closed segments are cleaned.
      config.put(
          TopicConfig.SEGMENT_MS_CONFIG, String.valueOf(finite.time().dividedBy(24).toMillis()));
      config.put(TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(SEGMENT_BYTES));
    } else {
      config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
      config.put(TopicConfig.RETENTION_MS_CONFIG, NO_LIMIT);
      config.put(TopicConfig.RETENTION_BYTES_CONFIG, NO_LIMIT);
    }
    config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxRecordBytes));
    config.put(TopicConfig.COMPRESSION_TYPE_CONFIG, fromOutside ? "uncompressed" : "producer");
    config.put(
        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, appendTime ? "LogAppendTime" : "CreateTime");
    return config;
  }

  /**
   * Whether a topic has a setting of {@link #config} as it says, or a limit that is larger: it
   * keeps its records for longer, or takes larger ones. What comes from outside is to be no larger.
   *
   * @param setting name of one of {@link #config}
   * @param found the topic's value
   */
  public boolean isAtLeast(String setting, String found) {
    String right = config().get(setting);
    if (found.equals(right)) {
      return true;
    }
    return LEAST.contains(setting)
        && !(fromOutside && setting.equals(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
        && !right.equals(NO_LIMIT)
        && (found.equals(NO_LIMIT) || Long.parseLong(found) > Long.parseLong(right));
  }

  /**
   * Whether a setting of {@link #config} may be smaller, where an operator has made it so: records
   * whose bytes must go sooner.
   *
   * @param setting name of one of {@link #config}
   */
  public boolean mayBeLess(String setting) {
    return setting.equals(TopicConfig.RETENTION_MS_CONFIG)
        && kept instanceof Kept.For finite
        && finite.orLess();
  }
}
