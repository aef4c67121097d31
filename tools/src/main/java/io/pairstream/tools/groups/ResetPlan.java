package io.pairstream.tools.groups;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.pairstream.schemas.Action;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Plan of moving a group. Numbers hold for the moment at which they were read.
 *
 * @param members members of the group now; it can be moved only without any
 * @param moves by topic and partition
 * @param notes what else to know before doing it, a sentence each
 */
public record ResetPlan(String group, List<Member> members, List<Move> moves, List<String> notes) {

  private static final String OFFSET = "offset.";
  private static final String METADATA = "metadata.";
  private static final String NONE = "none";

  /**
   * A member of the group.
   *
   * @param host its address as the broker sees it: {@code /10.0.0.7}
   */
  public record Member(@JsonValue String clientId, String host) {}

  /**
   * Change of a group's position on one partition.
   *
   * @param now offset that the group has committed; empty where there is none
   * @param then offset that is committed instead; empty where the group's commit is removed
   * @param logStart first offset that the partition still holds
   * @param end offset behind its last committed record
   * @param outOfReach the offset that was asked for, where the log does not hold it and the nearest
   *     one that it holds is taken
   */
  public record Move(
      TopicPartition partition,
      @JsonIgnore Optional<OffsetAndMetadata> now,
      @JsonIgnore Optional<OffsetAndMetadata> then,
      long logStart,
      long end,
      OptionalLong outOfReach) {

    /** The offset that the group would read next now; empty where it has committed none. */
    @JsonProperty
    public OptionalLong from() {
      return now.stream().mapToLong(OffsetAndMetadata::offset).findFirst();
    }

    /** The offset that it reads next afterwards; empty where its commit is taken away. */
    @JsonProperty
    public OptionalLong to() {
      return then.stream().mapToLong(OffsetAndMetadata::offset).findFirst();
    }

    /** Whether anything changes. */
    public boolean changes() {
      return !from().equals(to());
    }

    /** Offsets that would be read once more; markers of transactions in between count too. */
    @JsonProperty
    public long again() {
      return now.isEmpty() || then.isEmpty()
          ? 0
          : Math.max(0, Math.min(now.get().offset(), end) - then.get().offset());
    }

    /** Offsets that would never be read; markers of transactions in between count too. */
    @JsonProperty
    public long skipped() {
      return now.isEmpty() || then.isEmpty()
          ? 0
          : Math.max(0, then.get().offset() - Math.max(now.get().offset(), logStart));
    }
  }

  /** Whether anything changes. */
  @JsonProperty
  public boolean changes() {
    return moves.stream().anyMatch(Move::changes);
  }

  /** Offsets that would be read once more. */
  @JsonProperty
  public long again() {
    return moves.stream().mapToLong(Move::again).sum();
  }

  /** Offsets that would never be read. */
  @JsonProperty
  public long skipped() {
    return moves.stream().mapToLong(Move::skipped).sum();
  }

  /**
   * The offsets that the group has now, for the topic of actions: {@code offset.TOPIC-PARTITION}
   * with {@code none} where there is none, and {@code metadata.TOPIC-PARTITION} where there is any.
   */
  Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    for (Move move : moves) {
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
  static Map<TopicPartition, Optional<OffsetAndMetadata>> kept(Action action) {
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
