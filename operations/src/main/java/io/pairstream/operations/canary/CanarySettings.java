package io.pairstream.operations.canary;

import java.time.Duration;

/**
 * How often a canary flies, and how long it may take.
 *
 * @param interval from one to the next; a minute or more, since each one stays in quarantine
 * @param budget within which its receipt must be there
 * @param givenUpAfter when nobody waits for it any longer
 */
public record CanarySettings(Duration interval, Duration budget, Duration givenUpAfter) {

  public static final Duration SHORTEST_INTERVAL = Duration.ofMinutes(1);
  public static final Duration DEFAULT_BUDGET = Duration.ofSeconds(30);

  public CanarySettings {
    if (budget.isNegative() || budget.isZero() || givenUpAfter.compareTo(budget) <= 0) {
      throw new IllegalArgumentException(
          "a canary has a budget above 0, and is given up after more than that");
    }
  }

  /**
   * The usual budget of 30 s; given up after ten times that.
   *
   * @throws IllegalArgumentException where the interval is shorter than a minute
   */
  public static CanarySettings every(Duration interval) {
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new IllegalArgumentException(
          "a canary flies once a minute at most, not every " + interval.toSeconds() + " s");
    }
    return new CanarySettings(interval, DEFAULT_BUDGET, DEFAULT_BUDGET.multipliedBy(10));
  }
}
