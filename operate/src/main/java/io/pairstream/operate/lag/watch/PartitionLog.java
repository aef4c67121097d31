package io.pairstream.operate.lag.watch;

import io.pairstream.operate.lag.judge.Sample.Hanging;
import io.pairstream.operate.lag.judge.UsualGap;
import io.pairstream.service.transactions.OpenTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A partition's log over the looks, whichever groups read it. */
final class PartitionLog {

  /** A transaction that holds records back for less than this is nothing. */
  private static final Duration SHORTEST_HANGING = Duration.ofMinutes(1);

  /** Multiple of the usual duration after which a transaction hangs. */
  private static final double USUAL_HOLDS = 3;

  private final UsualGap usualHold = new UsualGap();
  private final Instant madeAnew;
  private long start;
  private long end = -1;
  private long highWatermark;

  /** Records older than this may go; -1 for none. */
  private long retentionMillis = -1;

  /** Transaction that began where the log could be read to; null where none is known. */
  private OpenTransaction heldBy;

  private long bytes = -1;
  private long offsetsOfBytes;
  private long lookedAtMillis;
  private long heldSinceMillis = Long.MAX_VALUE;

  /**
   * @param madeAnew when the topic was seen to have been made anew; null where it never was
   */
  PartitionLog(Instant madeAnew) {
    this.madeAnew = madeAnew;
  }

  /** Notes where the log began and ended in a look. */
  void note(long newStart, long newEnd, long newHighWatermark, long atMillis) {
    boolean held = newHighWatermark > newEnd;
    boolean wasHeld = heldSinceMillis != Long.MAX_VALUE;
    if (wasHeld && (!held || newEnd != end)) {
      usualHold.add((atMillis - heldSinceMillis) / 1e3);
      heldSinceMillis = Long.MAX_VALUE;
    }
    if (held && heldSinceMillis == Long.MAX_VALUE) {
      heldSinceMillis = atMillis;
    }
    lookedAtMillis = atMillis;
    start = newStart;
    end = newEnd;
    highWatermark = newHighWatermark;
  }

  /** Notes the size of the whole log, as it is in the look just taken. */
  void noteSize(long size) {
    bytes = size;
    offsetsOfBytes = highWatermark - start;
  }

  /** Notes for how long the topic keeps its records; -1 for always. */
  void noteRetention(long millis) {
    retentionMillis = millis;
  }

  /** Notes a transaction that a broker names as open here; one that begins elsewhere is over. */
  void noteOpen(OpenTransaction open) {
    if (open.startOffset() == end) {
      heldBy = open;
    }
  }

  /** First offset that the log holds. */
  long start() {
    return start;
  }

  /** The last stable offset, behind which nothing can be read yet; -1 before the first look. */
  long end() {
    return end;
  }

  /** Offset behind the last record that is written, committed or not. */
  long highWatermark() {
    return highWatermark;
  }

  /** When the topic was seen to have been made anew; null where it never was. */
  Optional<Instant> madeAnew() {
    return Optional.ofNullable(madeAnew);
  }

  /** Time until the log may drop a record of an age, in seconds; empty where it never does. */
  OptionalDouble dropsIn(OptionalDouble ageSeconds) {
    return retentionMillis < 0 || ageSeconds.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, retentionMillis / 1e3 - ageSeconds.getAsDouble()));
  }

  /** Whether the log was ever looked at. */
  boolean isKnown() {
    return end >= 0;
  }

  /** Whether the partition's leader answered in the look of that time. */
  boolean isSeen(long atMillis) {
    return isKnown() && lookedAtMillis == atMillis;
  }

  /** Offsets that wait for a transaction's end. */
  long held() {
    return Math.max(0, highWatermark - end);
  }

  /**
   * The transaction that holds offsets back for longer than any usually does here: a minute at
   * least, and three times the ninth decile of those before it.
   */
  Optional<Hanging> hanging(long atMillis) {
    double seconds = Math.max(0, atMillis - heldSinceMillis) / 1e3;
    boolean lastsLong =
        seconds >= SHORTEST_HANGING.toSeconds() && seconds >= USUAL_HOLDS * usualHold.seconds();
    return held() > 0 && lastsLong
        ? Optional.of(
            new Hanging(
                held(), seconds, Optional.ofNullable(heldBy).filter(by -> by.startOffset() == end)))
        : Optional.empty();
  }

  /**
   * Estimated size of so many offsets, by the mean size of those that were there when the log's
   * size was learnt: what has come since counts as much as they do. Exact for none, and for all of
   * them in the look that learnt the size.
   */
  OptionalLong bytesOf(long offsets) {
    if (offsets <= 0) {
      return OptionalLong.of(0);
    }
    if (bytes < 0 || offsetsOfBytes <= 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.round((double) bytes * offsets / offsetsOfBytes));
  }
}
