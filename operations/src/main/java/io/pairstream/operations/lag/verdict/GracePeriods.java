package io.pairstream.operations.lag.verdict;

import java.time.Duration;

/**
 * How long a judge waits before it believes something. Nothing here depends on how much waits.
 *
 * @param interval usual time between two looks
 * @param floor shortest time that a group stands still before that is worth a word, when its usual
 *     pace is known; twice that when it is not
 * @param stranger how long a group whose usual pace is not known, and that nobody has said always
 *     runs, must be there before its going is news, or stand still while it is there; at the usual
 *     interval 5 min, the longest that a consumer may be away from its group between two polls
 *     (default of max.poll.interval.ms)
 * @param remember how long LOST and REWIND are shown after it happened
 */
public record GracePeriods(
    Duration interval, Duration floor, Duration stranger, Duration remember) {

  /** The usual: three looks, but no less than 15 seconds. */
  public static GracePeriods of(Duration interval) {
    Duration three = interval.multipliedBy(3);
    Duration least = Duration.ofSeconds(15);
    return new GracePeriods(
        interval,
        three.compareTo(least) < 0 ? least : three,
        interval.multipliedBy(30),
        Duration.ofMinutes(10));
  }
}
