package io.pairstream.operate.lag.judge;

import io.pairstream.operate.lag.Durations;
import io.pairstream.operate.lag.judge.Evidence.Pause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How fast records come to a partition and a group reads them; since when the group pauses before
 * something to read, and how long it usually does. Not thread-safe.
 */
final class Progress {

  /** Who is there for so many times as long as it was away does not come in rounds. */
  private static final int STAYS = 3;

  private static final int LOOKS_IN_FLIGHT = 2;

  private final Pace arrivals = new Pace();
  private final Pace processing = new Pace();
  private final Pace drain = new Pace();

  /** How long the group usually pauses while it is there. */
  private final UsualGap gap = new UsualGap();

  /** How long the group usually pauses without members in between: it comes in rounds. */
  private UsualGap rounds = new UsualGap();

  private int quietLooks;

  /** Since when the group pauses; null where it does not. */
  private Instant since;

  /** In how many looks after the first the group has paused. */
  private int looks;

  private boolean moved;

  private final double memorySeconds;
  private long endThen;
  private boolean wasGone;

  /** Null without members. */
  private Instant presentSince;

  /**
   * @param memorySeconds age at which a look counts for 1/e, for a group that commits often
   */
  Progress(double memorySeconds) {
    this.memorySeconds = memorySeconds;
  }

  /**
   * Notes a look.
   *
   * @param last the look before; null for none
   */
  void note(Sample last, Sample sample) {
    boolean isKnown =
        last != null && last.committed().isPresent() && sample.committed().isPresent();
    if (last != null) {
      double seconds = seconds(last.at(), sample.at());
      long arrived = Math.max(0, sample.end() - last.end());
      // Who commits rarely has a pace only over several commits.
      double memory = Math.max(memorySeconds, 2 * usualGapSeconds().orElse(0));
      arrivals.add(arrived, seconds, memory);
      quietLooks = arrived == 0 ? quietLooks + 1 : 0;
      if (isKnown) {
        // Who goes back reads nothing; and what is lost was not read.
        long done = Math.max(0, sample.finished() - Math.max(last.finished(), last.logStart()));
        processing.add(done, seconds, memory);
        drain.add(done - arrived, seconds, memory);
      }
    }
    presentSince = !sample.present() ? null : presentSince == null ? sample.at() : presentSince;
    boolean movesOn = isKnown && sample.finished() > last.finished();
    boolean wentBack = isKnown && sample.committed().getAsLong() < last.committed().getAsLong();
    if (movesOn) {
      moved = true;
      if (since != null) {
        (wasGone ? rounds : gap).add(seconds(since, sample.at()));
      }
    }
    if (rounds.isKnown() && presentSince != null) {
      boolean stays = seconds(presentSince, sample.at()) > STAYS * rounds.seconds();
      rounds = stays ? new UsualGap() : rounds; // it was started again
    }
    if (sample.committed().isEmpty() || sample.lag() == 0) {
      since = null;
      looks = 0;
    } else if (since == null || movesOn || wentBack) {
      since = sample.at();
      endThen = sample.end();
      looks = 0;
      wasGone = !sample.present();
    } else {
      looks++;
      wasGone |= !sample.present();
    }
  }

  /** Forgets the group's place, because the topic was made again or the place was removed. */
  void forget() {
    forgetPause();
    moved = false;
    quietLooks = 0;
  }

  /** Forgets the pause: if there is one, it begins with the next look. */
  void forgetPause() {
    since = null;
    looks = 0;
  }

  /** For how long records wait and the group does not move on; empty where none wait. */
  Optional<Pause> pause(Instant now) {
    if (since == null) {
      return Optional.empty();
    }
    boolean cameLater = presentSince != null && presentSince.isAfter(since);
    return Optional.of(
        new Pause(looks, seconds(since, now), seconds(cameLater ? presentSince : since, now)));
  }

  /** Since when the group pauses; empty where it does not. */
  Optional<Instant> pausesSince() {
    return Optional.ofNullable(since);
  }

  /** Records that arrived since the group pauses. */
  long arrivedInPause(Sample now) {
    return Math.max(0, now.end() - endThen);
  }

  /** Records that arrive. */
  Pace arrivals() {
    return arrivals;
  }

  /** Records that the group reads. */
  Pace processing() {
    return processing;
  }

  /** Records by which the lag shrinks. */
  Pace drain() {
    return drain;
  }

  /** Usual time between two commits that move on, in seconds; empty where it is not known. */
  OptionalDouble usualGapSeconds() {
    return gap.isKnown() || rounds.isKnown()
        ? OptionalDouble.of(Math.max(gap.seconds(), rounds.seconds()))
        : OptionalDouble.empty();
  }

  /** Seconds within which records that were read may not be committed yet. */
  double inFlightSeconds(double interval) {
    return Math.max(LOOKS_IN_FLIGHT * interval, usualGapSeconds().orElse(0));
  }

  /** In how many looks up to the last one nothing arrived. */
  int quietLooks() {
    return quietLooks;
  }

  /** Whether the group was ever seen to move on. */
  boolean hasMoved() {
    return moved;
  }

  private static double seconds(Instant from, Instant to) {
    return Durations.seconds(Duration.between(from, to));
  }

  /**
   * A rate over the last few minutes: the mean of what was seen, weighted by {@code exp(-age /
   * memory)}, so that a look that is missed or late changes little.
   */
  static final class Pace {

    private double weight;
    private double sum;

    private int looks;

    /** Notes that {@code amount} came about within {@code seconds}, more than 0. */
    private void add(long amount, double seconds, double memorySeconds) {
      double kept = Math.exp(-seconds / memorySeconds);
      weight = weight * kept + 1 - kept;
      sum = sum * kept + (1 - kept) * amount / seconds;
      looks++;
    }

    /** How many looks the rate is made of. */
    int looks() {
      return looks;
    }

    /** The rate; empty where nothing was seen. */
    OptionalDouble known() {
      return looks == 0 ? OptionalDouble.empty() : OptionalDouble.of(perSecond());
    }

    /** The rate; 0 where nothing was seen. */
    double perSecond() {
      return weight == 0 ? 0 : sum / weight;
    }
  }
}
