package io.pairstream.operations.lag.watch;

import java.util.OptionalLong;

/**
 * When a partition's end was where, as far as looks have seen it: from it the arrival of an offset
 * is known to within the time between two looks. Says nothing of offsets that arrived before the
 * first look.
 */
final class EndTimes {

  private static final int MOST = 48;

  private final long[] ends = new long[MOST];
  private final long[] firstSeen = new long[MOST];
  private final long[] lastSeen = new long[MOST];
  private int count;

  /** Notes where the end is at a time. */
  void add(long end, long atMillis) {
    if (count > 0 && end < ends[count - 1]) {
      count = 0;
    }
    if (count > 0 && end == ends[count - 1]) {
      lastSeen[count - 1] = atMillis;
      return;
    }
    if (count == MOST) {
      thinOut();
    }
    ends[count] = end;
    firstSeen[count] = atMillis;
    lastSeen[count] = atMillis;
    count++;
  }

  /** When an offset arrived, in milliseconds; empty where it was there before the first look. */
  OptionalLong arrivalOf(long offset) {
    for (int i = 1; i < count; i++) {
      if (ends[i] > offset && ends[i - 1] <= offset) {
        double share = (double) (offset - ends[i - 1]) / (ends[i] - ends[i - 1]);
        return OptionalLong.of(lastSeen[i - 1] + (long) (share * (firstSeen[i] - lastSeen[i - 1])));
      }
    }
    return OptionalLong.empty();
  }

  /** Leaves every other one of the older half: what is longer ago is known less exactly. */
  private void thinOut() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (i < count / 2 && i % 2 == 1) {
        continue;
      }
      ends[kept] = ends[i];
      firstSeen[kept] = firstSeen[i];
      lastSeen[kept] = lastSeen[i];
      kept++;
    }
    count = kept;
  }
}
