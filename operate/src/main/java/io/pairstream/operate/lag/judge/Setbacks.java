package io.pairstream.operate.lag.judge;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.Judgement.Rewind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Records that a group lost on a partition, and where it went back. Not thread-safe. */
final class Setbacks {

  private static final long NONE = -1;

  @JsonIgnore private final Duration remember;
  private final double shownSeconds;

  /** Offset up to which only transaction markers lie behind the group's place. */
  private long nothingBelow = NONE;

  private Instant lostAt;
  private Instant lostSince;
  private long lostNow;

  private long lostInAll;

  private Instant rewoundAt;

  private Rewind rewind = new Rewind(0, 0);

  /**
   * @param remember how long either is shown after it happened
   * @param shownSeconds how long a rewind is shown at least
   */
  Setbacks(Duration remember, double shownSeconds) {
    this.remember = remember;
    this.shownSeconds = shownSeconds;
  }

  /**
   * Notes a look.
   *
   * @param last the look before; null for none
   */
  void note(Sample last, Sample sample) {
    noteLoss(last, sample);
    noteRewind(last, sample);
  }

  /** Notes that no record lies between the group's place and an offset. */
  void noteNothingBelow(long end) {
    nothingBelow = Math.max(nothingBelow, end);
  }

  /** Forgets the group's place, because the topic was made again or the place was removed. */
  void forget() {
    nothingBelow = NONE;
    rewoundAt = null;
    lostNow = 0;
  }

  private void noteLoss(Sample last, Sample sample) {
    if (sample.committed().isEmpty()) {
      return;
    }
    long place = Math.max(sample.committed().getAsLong(), nothingBelow);
    long lost = Math.max(0, sample.logStart() - place);
    if (last == null && lost == 1) {
      // A group that read everything often stands before the marker of the last transaction.
      lost = 0;
      nothingBelow = sample.logStart();
    }
    if (lost > 0) {
      if (lostAt == null) {
        lostSince = sample.at();
      }
      lostInAll += Math.max(0, lost - lostNow);
      lostAt = sample.at();
    } else if (lostAt != null && !sample.at().isBefore(lostAt.plus(remember))) {
      lostAt = null;
    }
    lostNow = lost;
  }

  private void noteRewind(Sample last, Sample sample) {
    if (last == null || sample.committed().isEmpty()) {
      return;
    }
    Optional<Rewind> found = sample.wentBack(last);
    if (found.isPresent()) {
      rewind =
          rewoundAt == null
              ? found.get()
              : found.get().and(new Rewind(rewind.from(), found.get().to()));
      rewoundAt = sample.at();
      nothingBelow = NONE;
    } else if (rewoundAt != null) {
      boolean shown = !sample.at().isBefore(rewoundAt.plusMillis((long) (shownSeconds * 1e3)));
      boolean over =
          sample.committed().getAsLong() >= rewind.from()
              || !sample.at().isBefore(rewoundAt.plus(remember));
      if (shown && over) {
        rewoundAt = null;
      }
    }
  }

  /** LOST, then REWIND; empty where the group has neither behind it. */
  Optional<LagVerdict> verdict() {
    return lostAt != null
        ? Optional.of(LagVerdict.LOST)
        : rewoundAt != null ? Optional.of(LagVerdict.REWIND) : Optional.empty();
  }

  /** When what {@link #verdict} says began; null where it says nothing. */
  Instant since() {
    return lostAt != null ? lostSince : rewoundAt;
  }

  /** Records that left the log unread, at most. */
  long lostInAll() {
    return lostInAll;
  }

  /** Places before and after the group went back last. */
  Rewind rewind() {
    return rewind;
  }
}
