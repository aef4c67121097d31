package io.pairstream.operations.lag.watch;

import java.time.Duration;

/**
 * How lag is watched.
 *
 * @param interval time from one look to the next; 100 ms or more
 * @param headsPerLook how many records at the heads of partitions are read in one look at most
 * @param groups whose groups are looked at, and which count
 * @param headBytesPerLook how much is read for that at most, in bytes; one record more may come
 */
public record LagSettings(
    Duration interval, int headsPerLook, GroupChoice groups, long headBytesPerLook) {

  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

  public LagSettings {
    if (interval.compareTo(Duration.ofMillis(100)) < 0) {
      throw new IllegalArgumentException(
          "lag is looked at every 0.1 s at most, not every " + interval.toMillis() + " ms");
    }
    if (headsPerLook < 1 || headBytesPerLook < 1) {
      throw new IllegalArgumentException("at least one record is read in a look");
    }
  }

  /** The usual ones with another interval. */
  public static LagSettings every(Duration interval) {
    return new LagSettings(interval, 200, GroupChoice.OWN, 32L * 1024 * 1024);
  }

  /** The same with a choice of groups. */
  public LagSettings choosing(GroupChoice choice) {
    return new LagSettings(interval, headsPerLook, choice, headBytesPerLook);
  }
}
