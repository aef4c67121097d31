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
 * @param progress how the group and the log have moved up to this look
 * @param baseline the least that waited in the last looks and minutes
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
    Progress progress,
    Baseline baseline,
    boolean hasKeptUp,
    int looksAtLag) {

  /** Looks after which a group that has not moved is taken to stand still. */
  static final int LOOKS_OF_A_PAUSE = 3;

  /** Looks of a minute at the usual interval. */
  static final int LOOKS_OF_A_MINUTE = 6;

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

  /** Records that the group reads in a second. */
  double pace() {
    return progress.processing().perSecond();
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
    return progress
        .pause(sample.at())
        .filter(each -> each.looks() >= LOOKS_OF_A_PAUSE)
        .filter(
            each -> (before.isStuck() ? each.seconds() : each.attendedSeconds()) >= longestPause())
        .isPresent();
  }

  private double longestPause() {
    double shortest = Math.max(SHORTEST_PAUSE, LOOKS_OF_A_PAUSE * interval);
    OptionalDouble gap = progress.usualGapSeconds();
    if (gap.isPresent()) {
      boolean starts = notYet == LagVerdict.STARTING;
      return Math.max(starts ? 2 * shortest : shortest, USUAL_GAPS * gap.getAsDouble());
    }
    return role == Role.COUNTED ? 2 * shortest : LOOKS_OF_AN_UNKNOWN_PACE * interval;
  }

  /**
   * Whether what waits has waited for a minute in which nothing was read, and for longer than is
   * usual; the time without members counts too.
   */
  boolean isUnread() {
    double usual = Math.max(LOOKS_OF_A_MINUTE * interval, progress.usualGapSeconds().orElse(0));
    return sample.seconds().orElse(0) > usual
        && progress.pause(sample.at()).filter(each -> each.seconds() > usual).isPresent();
  }

  /**
   * Whether there was always more lately than the group reads in a minute, or in two of its usual
   * gaps; false while these are not known.
   */
  boolean isBehind() {
    OptionalDouble gap = progress.usualGapSeconds();
    if (gap.isEmpty()) {
      return false;
    }
    double usual = Math.max(LOOKS_OF_A_MINUTE * interval, 2 * gap.getAsDouble());
    long least = Math.min(baseline.least(), sample.lag());
    // What rises within a usual pause is read after it.
    boolean pauses =
        progress.pause(sample.at()).filter(each -> each.looks() >= LOOKS_OF_A_MINUTE).isPresent();
    return least > pace() * usual
        || (baseline.rising() && !pauses && least > pace() * progress.inFlightSeconds(interval));
  }

  /** Whether the group never kept up, and was not watched for long enough to say that it fails. */
  boolean isTooEarly() {
    return !hasKeptUp && (progress.usualGapSeconds().isEmpty() || looksAtLag < LOOKS_OF_A_MINUTE);
  }
}
