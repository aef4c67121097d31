package io.pairstream.operate.lag.judge;

import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Facts that a look and all before it show of a group on a partition; {@link LagRules} judge by it.
 *
 * @param sample the look
 * @param role what is expected of the group
 * @param interval usual time between two looks, in seconds
 * @param before the verdict before the look
 * @param notYet the verdict while too little is known: UNKNOWN, or STARTING for a while
 * @param setback LOST or REWIND where the group lost records or went back lately; empty otherwise
 * @param looksBeyondEnd in how many looks up to this one the position was beyond the log's end
 * @param pause for how long records wait and the group does not move on; empty where none wait
 * @param hasMoved whether the group was ever seen to move on
 * @param usualGapSeconds usual time between two commits that move on; empty where it is not known
 * @param pace records that the group reads in a second
 * @param quietLooks in how many looks up to this one nothing arrived
 * @param leastLag the least that waited in the last looks
 * @param isLagRising whether the least that waits has risen for ten minutes
 * @param hasKeptUp whether all that waited was in flight in some look
 * @param looksAtLag in how many looks the lag was known
 */
record Evidence(
    Sample sample,
    Role role,
    double interval,
    LagVerdict before,
    LagVerdict notYet,
    Optional<LagVerdict> setback,
    int looksBeyondEnd,
    Optional<Pause> pause,
    boolean hasMoved,
    OptionalDouble usualGapSeconds,
    double pace,
    int quietLooks,
    long leastLag,
    boolean isLagRising,
    boolean hasKeptUp,
    int looksAtLag) {

  /** Looks after which a group that has not moved is taken to stand still. */
  static final int LOOKS_OF_A_PAUSE = 3;

  /** Looks of a minute at the usual interval. */
  static final int LOOKS_OF_A_MINUTE = 6;

  private static final int LOOKS_IN_FLIGHT = 2;
  private static final double USUAL_GAPS = 3;

  /** Shortest pause that is worth a word, in seconds. */
  private static final double SHORTEST_PAUSE = 15;

  /**
   * Looks that a group of others may pause while it is there and its pace is not known; usually 5
   * min, the longest that a consumer may be away between two polls (default of
   * max.poll.interval.ms).
   */
  private static final int LOOKS_OF_AN_UNKNOWN_PACE = 30;

  /**
   * A time in which records wait and the group does not move on.
   *
   * @param looks in how many looks after the first
   * @param seconds how long it lasts
   * @param attendedSeconds how long of that the group has had a member; all of it where it has none
   *     now
   */
  record Pause(int looks, double seconds, double attendedSeconds) {}

  /** Seconds within which records that were read may not be committed yet. */
  static double inFlightSeconds(double interval, OptionalDouble usualGapSeconds) {
    return Math.max(LOOKS_IN_FLIGHT * interval, usualGapSeconds.orElse(0));
  }

  /** Whether the topic was made anew within a minute, or the position is that in the old one. */
  boolean isTopicNew() {
    return sample.isTopicNew(LOOKS_OF_A_MINUTE * interval);
  }

  /** Whether the position has been beyond the log's end for several looks. */
  boolean isBeyondEnd() {
    return looksBeyondEnd >= LOOKS_OF_A_PAUSE;
  }

  /** Whether records wait and the group, which need not always run, has no member. */
  boolean isAway() {
    return !sample.present() && role != Role.COUNTED && sample.lag() > 0;
  }

  /** Whether the group pauses for longer than is usual. */
  boolean isStuck() {
    return pause
        .filter(each -> each.looks() >= LOOKS_OF_A_PAUSE)
        .filter(
            each -> (before.isStuck() ? each.seconds() : each.attendedSeconds()) >= longestPause())
        .isPresent();
  }

  private double longestPause() {
    double shortest = Math.max(SHORTEST_PAUSE, LOOKS_OF_A_PAUSE * interval);
    if (usualGapSeconds.isPresent()) {
      boolean starts = notYet == LagVerdict.STARTING;
      return Math.max(starts ? 2 * shortest : shortest, USUAL_GAPS * usualGapSeconds.getAsDouble());
    }
    return role == Role.COUNTED ? 2 * shortest : LOOKS_OF_AN_UNKNOWN_PACE * interval;
  }

  /**
   * Whether what waits has waited for a minute in which nothing was read, and for longer than is
   * usual; the time without members counts too.
   */
  boolean isUnread() {
    double usual = Math.max(LOOKS_OF_A_MINUTE * interval, usualGapSeconds.orElse(0));
    return sample.seconds().orElse(0) > usual
        && pause.filter(each -> each.seconds() > usual).isPresent();
  }

  /**
   * Whether there was always more lately than the group reads in a minute, or in two of its usual
   * gaps; false while these are not known.
   */
  boolean isBehind() {
    if (usualGapSeconds.isEmpty()) {
      return false;
    }
    double usual = Math.max(LOOKS_OF_A_MINUTE * interval, 2 * usualGapSeconds.getAsDouble());
    long least = Math.min(leastLag, sample.lag());
    // What rises within a usual pause is read after it.
    boolean pauses = pause.filter(each -> each.looks() >= LOOKS_OF_A_MINUTE).isPresent();
    return least > pace * usual
        || (isLagRising && !pauses && least > pace * inFlightSeconds(interval, usualGapSeconds));
  }

  /** Whether the group never kept up, and was not watched for long enough to say that it fails. */
  boolean isTooEarly() {
    return !hasKeptUp && (usualGapSeconds.isEmpty() || looksAtLag < LOOKS_OF_A_MINUTE);
  }
}
