package io.pairstream.chaos.verify;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.kafka.common.TopicPartition;

/** Outputs in the order of their coming, and when each became readable. Thread-safe. */
public final class SeenOutputs {

  private final Coordinates coordinates;
  private final LongColumn times = new LongColumn();
  private final LongColumn origins = new LongColumn();

  SeenOutputs(Coordinates coordinates) {
    this.coordinates = coordinates;
  }

  /** None yet. */
  public static SeenOutputs ofRecordsOn(List<TopicPartition> rawPartitions) {
    return new SeenOutputs(Coordinates.over(rawPartitions));
  }

  /**
   * Adds one that became readable; none before the last that was added.
   *
   * @param rawOffset of the record that it is of
   * @param at to the millisecond
   */
  public void add(TopicPartition rawPartition, long rawOffset, Instant at) {
    add(coordinates.of(rawPartition.topic(), rawPartition.partition(), rawOffset), at);
  }

  synchronized void add(long origin, Instant at) {
    times.append(at.toEpochMilli());
    origins.append(origin);
  }

  /** How many there are so far. */
  public synchronized long size() {
    return times.size();
  }

  /**
   * When the first became readable after an instant.
   *
   * @param rawPartitions of which partitions' records; empty for any
   */
  public synchronized Optional<Instant> firstAfter(
      Instant instant, Set<TopicPartition> rawPartitions) {
    for (int i = indexAfter(instant); i < times.size(); i++) {
      long origin = origins.get(i);
      if (rawPartitions.isEmpty()
          || (origin != Coordinates.NOWHERE && rawPartitions.contains(partition(origin)))) {
        return Optional.of(time(i));
      }
    }
    return Optional.empty();
  }

  /**
   * When the first of a raw partition's records became readable after an instant.
   *
   * @param ofOffsets of which records, by their offsets on the raw partition
   */
  public synchronized Optional<Instant> firstAfter(
      Instant instant, TopicPartition rawPartition, LongPredicate ofOffsets) {
    for (int i = indexAfter(instant); i < times.size(); i++) {
      long origin = origins.get(i);
      if (origin != Coordinates.NOWHERE
          && partition(origin).equals(rawPartition)
          && ofOffsets.test(coordinates.offset(origin))) {
        return Optional.of(time(i));
      }
    }
    return Optional.empty();
  }

  /** Gets an output: of which raw record, and when it became readable. */
  @FunctionalInterface
  public interface Each {
    void accept(TopicPartition rawPartition, long rawOffset, Instant at);
  }

  /** Tells all that there are so far and name a raw record, as they came. */
  public synchronized void forEach(Each each) {
    for (int i = 0; i < times.size(); i++) {
      long origin = origins.get(i);
      if (origin != Coordinates.NOWHERE) {
        each.accept(partition(origin), coordinates.offset(origin), time(i));
      }
    }
  }

  /** Where those begin that became readable after an instant. */
  private int indexAfter(Instant instant) {
    long millis = instant.toEpochMilli();
    int low = 0;
    int high = times.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times.get(middle) <= millis) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private TopicPartition partition(long origin) {
    return coordinates.partitions().get(coordinates.place(origin));
  }

  private Instant time(int index) {
    return Instant.ofEpochMilli(times.get(index));
  }
}
