package io.pairstream.operations.groups;

import io.pairstream.operations.groups.ResetPlan.Move;
import io.pairstream.schemas.Action;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The offsets that a group had, kept on the topic of actions: {@code offset.TOPIC-PARTITION} with
 * {@code none} where there was none, and {@code metadata.TOPIC-PARTITION} where there was any.
 */
final class KeptOffsets {

  private static final String OFFSET = "offset.";
  private static final String METADATA = "metadata.";
  private static final String NONE = "none";

  private KeptOffsets() {}

  /** The facts of a plan. */
  static Map<String, String> facts(ResetPlan plan) {
    Map<String, String> facts = new TreeMap<>();
    for (Move move : plan.moves()) {
      if (move.changes()) {
        String offset = move.now().map(now -> String.valueOf(now.offset())).orElse(NONE);
        facts.put(OFFSET + move.partition(), offset);
        move.now()
            .map(OffsetAndMetadata::metadata)
            .filter(metadata -> !metadata.isEmpty())
            .ifPresent(metadata -> facts.put(METADATA + move.partition(), metadata));
      }
    }
    return facts;
  }

  /**
   * The offsets that an action has kept; empty where a partition had none.
   *
   * @throws GroupRefusedException where the action holds none that can be read
   */
  static Map<TopicPartition, Optional<OffsetAndMetadata>> of(Action action) {
    Map<TopicPartition, Optional<OffsetAndMetadata>> kept = new HashMap<>();
    try {
      for (String name : action.getFacts().keySet()) {
        if (name.startsWith(OFFSET)) {
          String place = name.substring(OFFSET.length());
          int hyphen = place.lastIndexOf('-');
          int partition = Integer.parseInt(place.substring(hyphen + 1));
          kept.put(
              new TopicPartition(place.substring(0, hyphen), partition),
              Optional.of(action.getFacts().get(name))
                  .filter(offset -> !offset.equals(NONE))
                  .map(Long::parseLong)
                  .map(
                      offset ->
                          new OffsetAndMetadata(
                              offset, action.getFacts().getOrDefault(METADATA + place, ""))));
        }
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      kept.clear();
    }
    if (kept.isEmpty()) {
      throw new GroupRefusedException(
          "action %s, %s, kept no offsets that can be read"
              .formatted(action.getActionId(), action.getName()));
    }
    return kept;
  }
}
