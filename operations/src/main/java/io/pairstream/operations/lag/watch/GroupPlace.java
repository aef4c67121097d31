package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.GroupKind;
import io.pairstream.operations.lag.GroupMember;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a group is, as the brokers say.
 *
 * @param state the brokers' word
 * @param members how many there are
 * @param assignmentIsKnown whether {@code readers} tells who reads what
 * @param readers who reads a partition
 * @param positions by partition
 * @param refused why its positions are not known; empty where they are
 */
record GroupPlace(
    String group,
    GroupKind kind,
    String state,
    int members,
    boolean assignmentIsKnown,
    Map<TopicPartition, GroupMember> readers,
    Map<TopicPartition, Position> positions,
    Optional<String> refused) {

  /**
   * A position on a partition.
   *
   * @param committed the offset to read next
   * @param finishedAbove offsets above it that are finished already
   * @param lag what the broker itself says waits, where it does
   */
  record Position(long committed, Finished finishedAbove, OptionalLong lag) {}

  /** Offsets that are finished out of order. */
  interface Finished {

    Finished NONE = end -> 0;

    /** How many below an offset are. */
    long below(long end);
  }

  /** Whether somebody is there who could read a partition. */
  boolean isAlive(TopicPartition partition) {
    return members > 0 && (!assignmentIsKnown || readers.containsKey(partition));
  }
}
