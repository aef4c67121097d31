package io.pairstream.operate.lag.judge;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The least that waited, lately and minute by minute. A group that commits in large steps has a lag
 * like a saw; what it does not get rid of even at its best is what it is behind by.
 */
final class Baseline {

  private static final int LOOKS = 6;
  private static final int MINUTES = 10;

  /** Kendall's S of 10 values has a standard deviation of 11.2 where there is no trend. */
  private static final int SURELY_RISING = 31;

  private final Deque<Long> looks = new ArrayDeque<>();
  private final Deque<Long> minutes = new ArrayDeque<>();
  private final long stepMillis;
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
    add(lag, looks, LOOKS);
    long minute = Math.floorDiv(atMillis, stepMillis);
    if (minute == minuteAt) {
      minuteLeast = Math.min(minuteLeast, lag);
      return;
    }
    if (minuteAt != Long.MIN_VALUE) {
      add(minuteLeast, minutes, MINUTES);
      rising = isRising();
    }
    minuteAt = minute;
    minuteLeast = lag;
  }

  private static void add(long number, Deque<Long> last, int most) {
    last.add(number);
    if (last.size() > most) {
      last.remove();
    }
  }

  void clear() {
    looks.clear();
    minutes.clear();
    minuteAt = Long.MIN_VALUE;
    rising = false;
  }

  /** The least that waited in the last 6 looks; 0 before there were as many. */
  long least() {
    return looks.size() < LOOKS ? 0 : looks.stream().mapToLong(lag -> lag).min().orElse(0);
  }

  /** Whether the least of each of the last 10 minutes rises, by Kendall's test. */
  boolean rising() {
    return rising;
  }

  private boolean isRising() {
    List<Long> least = new ArrayList<>(minutes);
    int score = 0;
    for (int i = 0; i < least.size(); i++) {
      for (int j = i + 1; j < least.size(); j++) {
        score += Long.signum(least.get(j) - least.get(i));
      }
    }
    return least.size() == MINUTES && score >= SURELY_RISING;
  }
}
