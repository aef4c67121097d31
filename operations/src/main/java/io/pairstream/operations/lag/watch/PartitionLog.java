package io.pairstream.operations.lag.watch;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A partition's log over the looks, whichever groups read it. */
final class PartitionLog {

  private final EndTimes endTimes = new EndTimes();
  private long start;
  private long end = -1;
  private long highWatermark;
  private long bytes = -1;
  private long bytesAtMillis;
  private double bytesPerSecond;
  private long lookedAtMillis;
  private long heldSinceMillis = Long.MAX_VALUE;
  private Retention retention = Retention.NONE;

  /**
   * What a topic's configuration says of how long it keeps records.
   *
   * @param millis records older than this may go; -1 for none
   * @param bytes what is beyond this size may go, the oldest first; -1 for none
   */
  record Retention(long millis, long bytes) {

    static final Retention NONE = new Retention(-1, -1);
  }

  void look(long newStart, long newEnd, long newHighWatermark, long atMillis) {
    boolean held = newHighWatermark > newEnd;
    if (!held || newEnd != end) {
      heldSinceMillis = held ? atMillis : Long.MAX_VALUE;
    }
    lookedAtMillis = atMillis;
    start = newStart;
    end = newEnd;
    highWatermark = newHighWatermark;
    endTimes.add(newEnd, atMillis);
  }

  /** Notes the size of the whole log. */
  void bytes(long size, long atMillis) {
    if (bytesAtMillis > 0 && atMillis > bytesAtMillis && size > bytes) {
      bytesPerSecond = (size - bytes) * 1e3 / (atMillis - bytesAtMillis);
    }
    bytes = size;
    bytesAtMillis = atMillis;
  }

  /**
   * Time until the log is so full of what waits that it drops the first of it; empty where its size
   * has no limit, or nothing arrives.
   */
  OptionalDouble secondsUntilDropped(long waiting) {
    OptionalLong size = bytesOf(waiting);
    if (retention.bytes() < 0 || size.isEmpty() || bytesPerSecond <= 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Math.max(0, (retention.bytes() - size.getAsLong()) / bytesPerSecond));
  }

  void retention(Retention found) {
    retention = found;
  }

  Retention retention() {
    return retention;
  }

  /** Whether it was ever looked at. */
  boolean isKnown() {
    return end >= 0;
  }

  /** Whether its leader answered in the look of that time. */
  boolean isSeen(long atMillis) {
    return isKnown() && lookedAtMillis == atMillis;
  }

  long start() {
    return start;
  }

  /** The last stable offset: what lies behind it cannot be read yet. */
  long end() {
    return end;
  }

  /** Offsets that wait for a transaction's end. */
  long held() {
    return Math.max(0, highWatermark - end);
  }

  /** For how long the same transaction holds them back; 0 where none does. */
  long heldForMillis(long atMillis) {
    return Math.max(0, atMillis - heldSinceMillis);
  }

  OptionalLong arrivalOf(long offset) {
    return endTimes.arrivalOf(offset);
  }

  /**
   * Estimated size of so many offsets: their share of the log. Exact for none and for all of them;
   * in between as wrong as their mean size differs from the whole log's.
   */
  OptionalLong bytesOf(long offsets) {
    long held = highWatermark - start;
    if (offsets <= 0) {
      return OptionalLong.of(0);
    }
    if (bytes < 0 || held <= 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.round(bytes * Math.min(1.0, (double) offsets / held)));
  }
}
