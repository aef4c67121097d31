package io.pairstream.schemas.topics;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;

/**
 * One topic of a data set.
 *
 * @param name full name: {@code pairs.training}
 * @param valueSchema schema of the values; empty where the bytes are the topology's own business
 * @param partitions number of partitions; never changes once the topic exists
 * @param config its configuration as Kafka spells it
 * @param mayKeepLess whether an operator may keep records for a shorter time, to be rid of their
 *     bytes
 * @param fromOutside whether producers write it who are not ours: the broker judges the size of
 *     each of their records unpacked, because a reader could only after it has the whole in memory
 */
public record TopicSpec(
    String name,
    Optional<Schema> valueSchema,
    int partitions,
    Map<String, String> config,
    boolean mayKeepLess,
    boolean fromOutside) {

  /** How Kafka spells that records stay however old, or however many, they are. */
  static final String NO_LIMIT = "-1";

  /** Lower bounds: a larger value loses nothing. */
  private static final Set<String> LEAST =
      Set.of(
          TopicConfig.RETENTION_MS_CONFIG,
          TopicConfig.RETENTION_BYTES_CONFIG,
          TopicConfig.DELETE_RETENTION_MS_CONFIG,
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

  /** Upper bounds on other producers' records: a larger value admits more. */
  private static final Set<String> MOST =
      Set.of(
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG, TopicConfig.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG);

  /**
   * Whether a topic has a setting of {@link #config} as it says, or a limit that is larger: it
   * keeps its records for longer, or takes larger ones. What comes from outside is to be no larger.
   *
   * @param setting name of one of {@link #config}
   * @param found the topic's value
   */
  public boolean isAtLeast(String setting, String found) {
    String right = config.get(setting);
    if (found.equals(right)) {
      return true;
    }
    return LEAST.contains(setting)
        && !(fromOutside && MOST.contains(setting))
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
    return setting.equals(TopicConfig.RETENTION_MS_CONFIG) && mayKeepLess;
  }
}
