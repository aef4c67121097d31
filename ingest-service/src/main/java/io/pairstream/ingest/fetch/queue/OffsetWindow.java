package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.util.BitSet;

/**
 * One partition's offsets while their records are worked on: which are finished, and how far it was
 * read. Not thread-safe.
 */
final class OffsetWindow {

  /** Everything below is finished. */
  private long base;

  /** Finished offsets, counted from the base. */
  private BitSet finished;

  /** The offset behind the last one that was read. */
  private long next;

  OffsetWindow(FinishedOffsets committed) {
    base = committed.low();
    finished = (BitSet) committed.above().clone();
    next = base;
  }

  /** Whether an offset is too far from the low-water mark to be told apart when it is finished. */
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

  void finish(long offset) {
    if (offset >= base) {
      finished.set(bit(offset));
    }
  }

  /** The first offset that is not finished. */
  long low() {
    return base + finished.nextClearBit(0);
  }

  /** How much of the window is in use, from 0 to 1; more than 1 where its end is no record. */
  double fullness() {
    return (double) (next - low()) / FinishedOffsets.MOST_ABOVE;
  }

  /** What can be committed. */
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
