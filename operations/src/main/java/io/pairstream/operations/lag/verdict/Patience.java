package io.pairstream.operations.lag.verdict;

import java.time.Duration;

/**
 * How long a judge waits before it believes something. Nothing here depends on how much waits.
 *
 * @param interval usual time between two looks
 * @param floor shortest time that a group stands still before that is worth a word, when its usual
 *     pace is known; twice that when it is not
 * @param remember how long LOST and REWIND are shown after it happened
 */
public record Patience(Duration interval, Duration floor, Duration remember) {

  /** The usual: three looks, but no less than 15 seconds. */
  public static Patience of(Duration interval) {
    Duration three = interval.multipliedBy(3);
    Duration least = Duration.ofSeconds(15);
    return new Patience(
        interval, three.compareTo(least) < 0 ? least : three, Duration.ofMinutes(10));
  }
}
