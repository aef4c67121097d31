package io.pairstream.operations.audit;

import io.pairstream.schemas.Origin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** The raw partitions, and coordinates in them as one number: 16 bits partition, 48 bits offset. */
final class RawOrigins {

  /** Stands for coordinates of no raw record. */
  static final long NOWHERE = -1;

  private static final int OFFSET_BITS = 48;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  private final List<RawPartition> partitions;
  private final Map<TopicPartition, Integer> indexes = new HashMap<>();

  RawOrigins(List<RawPartition> partitions) {
    this.partitions = partitions;
    for (int i = 0; i < partitions.size(); i++) {
      indexes.put(partitions.get(i).partition(), i);
    }
  }

  List<RawPartition> partitions() {
    return partitions;
  }

  /** Coordinates as a number; {@link #NOWHERE} where they are of no raw partition. */
  long of(Origin origin) {
    Integer index = indexes.get(new TopicPartition(origin.getTopic(), origin.getPartition()));
    return index == null || origin.getOffset() < 0
        ? NOWHERE
        : ((long) index << OFFSET_BITS) | (origin.getOffset() & OFFSET_MASK);
  }

  /** Notes an output for a raw record; false where it is noted already. */
  boolean left(long origin, int output) {
    return !isInput(origin) || partition(origin).left(offset(origin), output);
  }

  /** Takes an output back. */
  void removed(long origin, int output) {
    if (isInput(origin)) {
      partition(origin).removed(offset(origin), output);
    }
  }

  boolean isInput(long origin) {
    return origin != NOWHERE && partition(origin).isInput(offset(origin));
  }

  RawPartition partition(long origin) {
    return partitions.get((int) (origin >>> OFFSET_BITS));
  }

  long offset(long origin) {
    return origin & OFFSET_MASK;
  }

  /** Coordinates for a reader. */
  String text(long origin) {
    return origin == NOWHERE
        ? "an unknown record"
        : partition(origin).partition() + "-" + offset(origin);
  }
}
