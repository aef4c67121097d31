package io.pairstream.service.transactions;

import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.service.Backoff;
import java.time.Duration;
import java.util.BitSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition from its assignment to this instance until it is revoked: how far it was read, which
 * of its records are finished, and until when it rests. Records finish in any order; committed are
 * the first that is not finished and, as metadata, the finished ones above it. Not thread-safe, but
 * for {@link #isAssigned}.
 */
public class AssignedPartition {

  private final TopicPartition topicPartition;

  /** All lower offsets are finished. */
  private long base;

  /** Finished offsets, relative to {@link #base}. */
  private BitSet finished;

  /** Offset after the last record that was read. */
  private long next;

  private volatile boolean isAssigned = true;
  private boolean isChanged;
  private final Backoff rests = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1));
  private long restsUntil = System.nanoTime();

  /**
   * @param committed by the group; null where nothing was
   */
  public AssignedPartition(TopicPartition topicPartition, OffsetAndMetadata committed) {
    this.topicPartition = topicPartition;
    FinishedOffsets offsets =
        committed == null
            ? FinishedOffsets.below(0)
            : FinishedOffsets.read(committed.offset(), committed.metadata());
    base = offsets.low();
    finished = (BitSet) offsets.above().clone();
    next = base;
    isChanged = committed == null;
  }

  public final TopicPartition topicPartition() {
    return topicPartition;
  }

  /** Whether results for this assignment may still be written. */
  public final boolean isAssigned() {
    return isAssigned;
  }

  final void revoke() {
    isAssigned = false;
  }

  final boolean isChanged() {
    return isChanged;
  }

  final void committed() {
    isChanged = false;
  }

  /** Pauses the partition for a moment; each further time in a row for twice as long. */
  public final void rest() {
    restsUntil = System.nanoTime() + rests.next().toNanos();
  }

  /** Notes that reading went on, if only by one record. */
  public final void rested() {
    rests.reset();
  }

  public final boolean isResting() {
    return System.nanoTime() - restsUntil < 0;
  }

  /** Whether an offset is too far from the low-water mark to be recorded when it is finished. */
  final boolean isBeyond(long offset) {
    return offset - low() >= FinishedOffsets.MOST_ABOVE;
  }

  final boolean isFinished(long offset) {
    return offset < base || (offset - base < finished.length() && finished.get(bit(offset)));
  }

  /**
   * Notes that there is a record at an offset, which is not beyond the window. What lies between it
   * and the one before is no record and so finished.
   */
  final void read(long offset) {
    readTo(offset);
    next = Math.max(next, offset + 1);
  }

  /** Notes that there is no further record below an offset. */
  final void readTo(long offset) {
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
    isChanged = true;
  }

  /**
   * Notes that a record is finished with the next commit. A record that was not read, or that was
   * finished before, may be worked on once more: it moves no position.
   */
  public final void finish(long offset) {
    if (offset >= base && offset < next) {
      finished.set(bit(offset));
      isChanged = true;
    }
  }

  /** The low-water mark: the first offset that is not finished. */
  public final long low() {
    return base + finished.nextClearBit(0);
  }

  /** How much of the window is in use, from 0 to 1; more than 1 where its end is no record. */
  public final double fullness() {
    return (double) (next - low()) / FinishedOffsets.MOST_ABOVE;
  }

  final FinishedOffsets finished() {
    moveTo(low());
    return new FinishedOffsets(
        base, finished.get(0, Math.min(finished.length(), FinishedOffsets.MOST_ABOVE)));
  }

  final OffsetAndMetadata toCommit() {
    FinishedOffsets offsets = finished();
    return new OffsetAndMetadata(offsets.low(), offsets.metadata());
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
