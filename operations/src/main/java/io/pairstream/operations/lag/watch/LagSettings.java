package io.pairstream.operations.lag.watch;

import java.time.Duration;

/**
 * How lag is watched.
 *
 * @param interval time from one look to the next; 100 ms or more
 * @param groups whose groups are looked at, and which count
 */
public record LagSettings(Duration interval, GroupChoice groups) {

  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

  public LagSettings {
    if (interval.toMillis() < 100) {
      throw new IllegalArgumentException(
          "lag is looked at every 0.1 s at most, not every " + interval.toMillis() + " ms");
    }
  }

  /** The usual ones with another interval. */
  public static LagSettings every(Duration interval) {
    return new LagSettings(interval, GroupChoice.OWN);
  }

  /** The same with a choice of groups. */
  public LagSettings choosing(GroupChoice choice) {
    return new LagSettings(interval, choice);
  }
}
