package io.pairstream.operations.groups;

import io.pairstream.operations.groups.ResetPlan.Move;
import io.pairstream.schemas.Action;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The offsets that a group had, kept on the topic of actions: {@code offset.TOPIC-PARTITION} with
 * {@code none} where there was none, {@code metadata.TOPIC-PARTITION} where there was any, and
 * {@code new.TOPIC-PARTITION}.
 */
final class KeptOffsets {

  private static final String OFFSET = "offset.";
  private static final String METADATA = "metadata.";
  private static final String NEW = "new.";
  private static final String NONE = "none";

  private KeptOffsets() {}

  /** The facts of a plan. */
  static Map<String, String> facts(ResetPlan plan) {
    Map<String, String> facts = new TreeMap<>();
    for (Move move : plan.moves()) {
      if (move.changes()) {
        facts.put(OFFSET + move.partition(), text(move.from()));
        facts.put(NEW + move.partition(), text(move.to()));
        move.now()
            .map(OffsetAndMetadata::metadata)
            .filter(metadata -> !metadata.isEmpty())
            .ifPresent(metadata -> facts.put(METADATA + move.partition(), metadata));
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
}
