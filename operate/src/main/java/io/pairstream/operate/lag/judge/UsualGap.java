package io.pairstream.operate.lag.judge;

import java.util.Arrays;

/**
 * How long something usually takes, such as a group from one commit that moves on to the next while
 * records wait. One long stop does not make the next one usual: what counts is the ninth decile of
 * the last 16. Not thread-safe.
 */
public final class UsualGap {

  private static final int KEPT = 16;
  private static final int ENOUGH = 4;

  private final float[] gaps = new float[KEPT];
  private int count;

  /** Notes how long it took, in seconds. */
  public void add(double seconds) {
    gaps[count % KEPT] = (float) seconds;
    count++;
  }

  /** Whether it was seen often enough to say what is usual. */
  public boolean isKnown() {
    return count >= ENOUGH;
  }

  /** The usual gap in seconds; 0 where it is not known. */
  public double seconds() {
    if (!isKnown()) {
      return 0;
    }
    float[] sorted = Arrays.copyOf(gaps, Math.min(count, KEPT));
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) * 9 / 10];
  }
}
