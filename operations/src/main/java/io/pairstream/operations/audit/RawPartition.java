package io.pairstream.operations.audit;

import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.wire.FinishedOffsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * Which offsets of one raw partition left by which door: one bit per offset and door.
 *
 * <p>Only offsets from the start of the log to the last committed one are looked at, and of these
 * only the finished ones; there may be 2^31 of them.
 */
final class RawPartition {

  private final TopicPartition partition;
  private final long start;
  private final long committed;
  private final List<BitSet> doors;
  private final BitSet inFlight = new BitSet();
  private final BitSet present = new BitSet();
  private final BitSet withdrawn = new BitSet();

  /** Offsets below the committed one that are not finished; counted from the start. */
  private final BitSet unfinished = new BitSet();

  /** Of a group that finishes out of order. */
  RawPartition(TopicPartition partition, long start, FinishedOffsets finished, int doorCount) {
    this(partition, start, finished.end(), doorCount);
    for (long offset = Math.max(start, finished.low()); offset < committed; offset++) {
      if (!finished.contains(offset)) {
        unfinished.set(bit(offset));
      }
    }
  }

  RawPartition(TopicPartition partition, long start, long committed, int doorCount) {
    if (committed - start > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          partition + " holds more than 2^31 offsets, which an audit cannot count");
    }
    this.partition = partition;
    this.start = start;
    this.committed = Math.max(start, committed);
    this.doors = IntStream.range(0, doorCount).mapToObj(door -> new BitSet()).toList();
  }

  TopicPartition partition() {
    return partition;
  }

  boolean isExpired(long offset) {
    return offset < start;
  }

  boolean isInput(long offset) {
    return offset >= start && offset < committed && !unfinished.get(bit(offset));
  }

  /** Notes that an offset left by a door; answers whether it is the first time for that door. */
  boolean left(long offset, int door) {
    int bit = bit(offset);
    boolean first = !doors.get(door).get(bit);
    doors.get(door).set(bit);
    return first;
  }

  /** Takes back that an offset left by a door. */
  void removed(long offset, int door) {
    doors.get(door).clear(bit(offset));
  }

  void inFlight(long offset) {
    inFlight.set(bit(offset));
  }

  /** Notes that the log really holds a record at an offset that nothing named. */
  void present(long offset) {
    present.set(bit(offset));
  }

  void withdrawn(long offset) {
    withdrawn.set(bit(offset));
  }

  /** How many records the log had here, as far as anything names them or they were looked up. */
  long inputs() {
    BitSet any = named();
    any.or(present);
    return any.cardinality();
  }

  /** How many are on the way and have left by no door. */
  long onTheWay() {
    BitSet on = (BitSet) inFlight.clone();
    doors.forEach(on::andNot);
    return on.cardinality();
  }

  /** How many left by no door because they were withdrawn. */
  long gone() {
    BitSet gone = (BitSet) withdrawn.clone();
    gone.and(present);
    gone.andNot(named());
    return gone.cardinality();
  }

  /** Stretches of offsets that are named by no door and are not on the way, ascending. */
  List<Stretch> unnamed() {
    BitSet any = named();
    any.or(unfinished);
    int count = (int) (committed - start);
    List<Stretch> stretches = new ArrayList<>();
    int from = any.nextClearBit(0);
    while (from < count) {
      int set = any.nextSetBit(from);
      int to = set < 0 ? count : Math.min(set, count);
      stretches.add(new Stretch(start + from, start + to));
      from = any.nextClearBit(to);
    }
    return stretches;
  }

  boolean anyMissing() {
    return !missingBits().isEmpty();
  }

  /** Offsets at which there is a record that left by no door, ascending. */
  void missing(LongConsumer each) {
    missingBits().stream().forEach(bit -> each.accept(start + bit));
  }

  /** Whether an offset left by a door. */
  boolean hasLeft(long offset, int door) {
    return doors.get(door).get(bit(offset));
  }

  /** How many offsets left by a door. */
  long count(int door) {
    return doors.get(door).cardinality();
  }

  /** How many offsets left by that door and by no other. */
  long countOnly(int door) {
    BitSet only = (BitSet) doors.get(door).clone();
    for (int other = 0; other < doors.size(); other++) {
      if (other != door) {
        only.andNot(doors.get(other));
      }
    }
    return only.cardinality();
  }

  /** Offsets that left by both of two doors, ascending. */
  void both(int first, int second, LongConsumer each) {
    BitSet both = (BitSet) doors.get(first).clone();
    both.and(doors.get(second));
    both.stream().forEach(bit -> each.accept(start + bit));
  }

  /** Offsets that left by more than one door, ascending. */
  void manyDoors(LongConsumer each) {
    BitSet once = new BitSet();
    BitSet many = new BitSet();
    for (BitSet door : doors) {
      BitSet again = (BitSet) door.clone();
      again.and(once);
      many.or(again);
      once.or(door);
    }
    many.stream().forEach(bit -> each.accept(start + bit));
  }

  private BitSet missingBits() {
    BitSet missing = (BitSet) present.clone();
    missing.andNot(named());
    missing.andNot(withdrawn);
    return missing;
  }

  /** Named by a door, or on the way. */
  private BitSet named() {
    BitSet any = (BitSet) inFlight.clone();
    doors.forEach(any::or);
    return any;
  }

  private int bit(long offset) {
    return (int) (offset - start);
  }
}
