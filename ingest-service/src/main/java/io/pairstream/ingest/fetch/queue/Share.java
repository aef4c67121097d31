package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition while it is ours, from one rebalance to the next: how far it was read, which of its
 * records are finished, and which are due when. Of those it keeps offsets and times alone, no more
 * of them than the window of unfinished offsets has: about 150 bytes each. What was begun for a
 * share that is no longer ours is not finished for it. Not thread-safe, but for {@link #isOurs}.
 */
final class Share {

  /** Pause of a partition whose next record cannot be read yet: the first, then the longest. */
  private static final Duration SHORTEST_REST = Duration.ofMillis(20);

  private static final Duration LONGEST_REST = Duration.ofSeconds(1);

  /** An offset and when its record is due. */
  record Due(Instant at, long offset) {}

  private final TopicPartition partition;

  /** All lower offsets are finished. */
  private long base;

  /** Finished offsets, relative to {@link #base}. */
  private BitSet finished;

  /** Offset after the last record that was read. */
  private long next;

  private final TreeMap<Long, Instant> dueByOffset = new TreeMap<>();
  private final TreeSet<Due> dueByTime =
      new TreeSet<>(Comparator.comparing(Due::at).thenComparing(Due::offset));
  private volatile boolean ours = true;
  private boolean changed;
  private Instant restsUntil = Instant.EPOCH;
  private Duration rest = Duration.ZERO;
  private Instant carriedAt = Instant.EPOCH;

  Share(TopicPartition partition, FinishedOffsets committed) {
    this.partition = partition;
    base = committed.low();
    finished = (BitSet) committed.above().clone();
    next = base;
  }

  TopicPartition partition() {
    return partition;
  }

  boolean isOurs() {
    return ours;
  }

  void giveUp() {
    ours = false;
  }

  /** Whether there is something to commit. */
  boolean isChanged() {
    return changed;
  }

  void committed() {
    changed = false;
  }

  /** Leaves the partition alone for a moment; each further time in a row for twice as long. */
  void rest(Instant now) {
    Duration doubled = rest.multipliedBy(2);
    rest = doubled.compareTo(SHORTEST_REST) < 0 ? SHORTEST_REST : doubled;
    rest = rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    restsUntil = now.plus(rest);
  }

  /** Reading went on, if only by one record. */
  void rested() {
    rest = Duration.ZERO;
  }

  boolean isResting(Instant now) {
    return now.isBefore(restsUntil);
  }

  /** Takes a record up that is due at a time. */
  void addDue(long offset, Instant at) {
    dueByOffset.put(offset, at);
    dueByTime.add(new Due(at, offset));
  }

  /** Takes out those that are due, the longest due first. */
  List<Due> takeDue(Instant now, int atMost) {
    List<Due> due = new ArrayList<>();
    while (due.size() < atMost && !dueByTime.isEmpty() && !dueByTime.first().at().isAfter(now)) {
      Due first = dueByTime.pollFirst();
      dueByOffset.remove(first.offset());
      due.add(first);
    }
    return due;
  }

  /** Takes out those of the lowest offsets, whenever they are due. */
  List<Due> takeLowest(long below, int atMost) {
    List<Due> lowest = new ArrayList<>();
    while (lowest.size() < atMost && !dueByOffset.isEmpty() && dueByOffset.firstKey() < below) {
      var entry = dueByOffset.pollFirstEntry();
      Due first = new Due(entry.getValue(), entry.getKey());
      dueByTime.remove(first);
      lowest.add(first);
    }
    return lowest;
  }

  /** Records that are not due yet. */
  int notDue() {
    return dueByOffset.size();
  }

  /** When the first of them is due; {@link Instant#MAX} where there is none. */
  Instant nextDue() {
    return dueByTime.isEmpty() ? Instant.MAX : dueByTime.first().at();
  }

  /** Whether records may be carried on now to make room; notes that they are. */
  boolean carriesOn(Instant now, Duration every) {
    boolean carries = carriedAt.plus(every).isBefore(now);
    carriedAt = carries ? now : carriedAt;
    return carries;
  }

  /** Whether an offset is too far from the low-water mark to be recorded when it is finished. */
  boolean isBeyond(long offset) {
    return offset - low() >= FinishedOffsets.MOST_ABOVE;
  }

  boolean isFinished(long offset) {
    return offset < base || (offset - base < finished.length() && finished.get(bit(offset)));
  }

  /**
   * Notes that there is a record at an offset, which is not beyond the window. What lies between it
   * and the one before is no record and so finished.
   */
  void read(long offset) {
    readTo(offset);
    next = Math.max(next, offset + 1);
  }

  /** Notes that there is no further record below an offset. */
  void readTo(long offset) {
    if (offset <= next) {
      return;
    }
    if (low() >= next) {
      // Nothing is open below: a log may begin billions of offsets after the last commit.
      moveTo(offset);
    } else {
      finished.set(bit(next), bit(offset));
    }
    next = offset;
  }

  /** Notes that a record is finished with the transaction that is open. */
  void finish(long offset) {
    if (offset >= base) {
      finished.set(bit(offset));
    }
    changed = true;
  }

  /** The first offset that is not finished. */
  long low() {
    return base + finished.nextClearBit(0);
  }

  /** How much of the window is in use, from 0 to 1; more than 1 where its end is no record. */
  double fullness() {
    return (double) (next - low()) / FinishedOffsets.MOST_ABOVE;
  }

  /** Offsets to commit. */
  FinishedOffsets finished() {
    moveTo(low());
    return new FinishedOffsets(
        base, finished.get(0, Math.min(finished.length(), FinishedOffsets.MOST_ABOVE)));
  }

  private void moveTo(long offset) {
    if (offset > base) {
      finished =
          offset - base < finished.length()
              ? finished.get(bit(offset), finished.length())
              : new BitSet();
      base = offset;
    }
  }

  private int bit(long offset) {
    return Math.toIntExact(offset - base);
  }
}
