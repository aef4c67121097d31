package io.pairstream.operations.groups;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.publish.RecordPublisher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The offsets that a group had, kept on the topic of actions: {@code offset.TOPIC-PARTITION} with
 * {@code none} where there was none, {@code metadata.TOPIC-PARTITION} where there was any, and
 * {@code new.TOPIC-PARTITION}.
 */
final class KeptOffsets implements AutoCloseable {

  private static final String OFFSET = "offset.";
  private static final String METADATA = "metadata.";
  private static final String NEW = "new.";
  private static final String NONE = "none";

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(RecordSizes.MAX_RECORD, 2 * RecordSizes.MAX_RECORD);

  private static final Duration DELIVERY = Duration.ofSeconds(15);

  private final RecordPublisher<Action> publisher;

  private KeptOffsets(RecordPublisher<Action> publisher) {
    this.publisher = publisher;
  }

  static KeptOffsets open(ClusterAccess cluster) {
    Map<String, Object> settings = new TreeMap<>(cluster.clientSettings());
    // Its delivery is not to be waited for much longer.
    KafkaTimeouts.sendWithin(settings, DELIVERY);
    settings.put("linger.ms", 0);
    return new KeptOffsets(
        RecordPublisher.open(
            cluster.topics().actions(), Action.SCHEMA$, LIMITS, cluster.registry(), settings));
  }

  /**
   * Writes an action, in place of what stood under its id.
   *
   * @throws TimeoutException where the broker does not take it
   */
  void write(Action action) {
    try {
      publisher.publish(action.getActionId(), action, "action " + action.getActionId()).join();
    } catch (CompletionException e) {
      throw new TimeoutException("the broker did not take the record of this action", e.getCause());
    }
  }

  /** The facts of a plan. */
  static Map<String, String> facts(ResetPlan plan) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("type", plan.type().toString());
    for (Move move : plan.moves()) {
      if (move.changes()) {
        facts.put(OFFSET + move.partition(), text(move.from()));
        facts.put(NEW + move.partition(), text(move.to()));
        if (!move.metadata().isEmpty()) {
          facts.put(METADATA + move.partition(), move.metadata());
        }
      }
    }
    return facts;
  }

  private static String text(OptionalLong offset) {
    return offset.isPresent() ? String.valueOf(offset.getAsLong()) : NONE;
  }

  /**
   * The offsets that an action has kept; empty where a partition had none.
   *
   * @throws GroupRefusedException where the action holds none that can be read
   */
  static Map<TopicPartition, Optional<OffsetAndMetadata>> of(Action action) {
    Map<TopicPartition, Optional<OffsetAndMetadata>> kept = new HashMap<>();
    try {
      action
          .getFacts()
          .forEach(
              (name, value) -> {
                if (name.startsWith(OFFSET)) {
                  String place = name.substring(OFFSET.length());
                  int hyphen = place.lastIndexOf('-');
                  TopicPartition partition =
                      new TopicPartition(
                          place.substring(0, hyphen),
                          Integer.parseInt(place.substring(hyphen + 1)));
                  String metadata = action.getFacts().getOrDefault(METADATA + place, "");
                  kept.put(
                      partition,
                      value.equals(NONE)
                          ? Optional.empty()
                          : Optional.of(new OffsetAndMetadata(Long.parseLong(value), metadata)));
                }
              });
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new GroupRefusedException(
          "action " + action.getActionId() + " holds offsets that cannot be read");
    }
    if (kept.isEmpty()) {
      throw new GroupRefusedException(
          "action "
              + action.getActionId()
              + " is "
              + (action.getName().isEmpty() ? "of no kind" : action.getName())
              + ", which kept no offsets");
    }
    return kept;
  }

  /** The action of that id, if there is one. */
  static Optional<Action> find(ClusterAccess cluster, String actionId) {
    Topic<String, Action> topic = cluster.topics().actions();
    byte[] key = actionId.getBytes(StandardCharsets.UTF_8);
    byte[][] last = new byte[1][];
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.read(
          log.everything(List.of(log.partitionOf(topic.name(), actionId))),
          record -> {
            if (record.key() != null && Arrays.equals(record.key(), key)) {
              last[0] = record.value();
            }
            return true;
          });
    }
    if (last[0] == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), last[0]));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    publisher.abort();
  }
}
