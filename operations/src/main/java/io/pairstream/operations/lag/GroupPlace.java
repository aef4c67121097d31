package io.pairstream.operations.lag;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a group is, as the brokers say.
 *
 * @param type by which protocol its members agree
 * @param state the brokers' word
 * @param members how many there are
 * @param assignmentIsKnown whether {@code readers} tells who reads what
 * @param readers the client id of who reads a partition
 * @param positions by partition
 * @param refused why its positions are not known; empty where they are
 */
record GroupPlace(
    String group,
    String type,
    String state,
    int members,
    boolean assignmentIsKnown,
    Map<TopicPartition, String> readers,
    Map<TopicPartition, Position> positions,
    Optional<String> refused) {

  /**
   * A position on a partition.
   *
   * @param committed the offset to read next
   * @param finished that, and what is finished above it out of order
   */
  record Position(long committed, FinishedOffsets finished) {

    /** How many offsets from the committed one up to an end are finished already. */
    long finishedBelow(long end) {
      int bits = (int) Math.min(Integer.MAX_VALUE, Math.max(0, end - finished.low()));
      return finished.above().get(0, bits).cardinality();
    }
  }

  /** Whether somebody is there who could read a partition. */
  boolean isAlive(TopicPartition partition) {
    return members > 0 && (!assignmentIsKnown || readers.containsKey(partition));
  }
}
