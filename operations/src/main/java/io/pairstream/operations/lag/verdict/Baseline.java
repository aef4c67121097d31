package io.pairstream.operations.lag.verdict;

/**
 * The least that waited, lately and minute by minute. A group that commits in large steps has a lag
 * like a saw; what it does not get rid of even at its best is what it is behind by.
 */
final class Baseline {

  private static final int LOOKS = 6;
  private static final int MINUTES = 10;

  /** Kendall's S of 10 values has a standard deviation of 11.2 where there is no trend. */
  private static final int SURELY_RISING = 31;

  private final long[] looks = new long[LOOKS];
  private final long[] minutes = new long[MINUTES];
  private final long stepMillis;
  private int looked;
  private int minutesDone;
  private long minuteAt = Long.MIN_VALUE;
  private long minuteLeast;
  private boolean rising;

  /**
   * @param stepMillis length of a minute, which is longer where looks are rare
   */
  Baseline(long stepMillis) {
    this.stepMillis = stepMillis;
  }

  void add(long atMillis, long lag) {
    looks[looked % LOOKS] = lag;
    looked++;
    long minute = Math.floorDiv(atMillis, stepMillis);
    if (minute != minuteAt) {
      if (minuteAt != Long.MIN_VALUE) {
        minutes[minutesDone % MINUTES] = minuteLeast;
        minutesDone++;
        rising = isRising();
      }
      minuteAt = minute;
      minuteLeast = lag;
    } else {
      minuteLeast = Math.min(minuteLeast, lag);
    }
  }

  void clear() {
    looked = 0;
    minutesDone = 0;
    minuteAt = Long.MIN_VALUE;
    rising = false;
  }

  /** The least that waited in the last 6 looks; 0 before there were as many. */
  long least() {
    if (looked < LOOKS) {
      return 0;
    }
    long least = Long.MAX_VALUE;
    for (long lag : looks) {
      least = Math.min(least, lag);
    }
    return least;
  }

  /** Whether the least of each of the last 10 minutes rises, by Kendall's test. */
  boolean rising() {
    return rising;
  }

  private boolean isRising() {
    if (minutesDone < MINUTES) {
      return false;
    }
    int score = 0;
    for (int i = 0; i < MINUTES; i++) {
      long earlier = minutes[(minutesDone + i) % MINUTES];
      for (int j = i + 1; j < MINUTES; j++) {
        score += Long.signum(minutes[(minutesDone + j) % MINUTES] - earlier);
      }
    }
    return score >= SURELY_RISING;
  }
}
