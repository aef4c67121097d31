package io.pairstream.feed.batch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * When a trainer will have to wait for data: how long the samples in memory last at the rate at
 * which they became fewer over the last minute, that is, at which the trainer took them faster than
 * the feed loaded others. Thread-safe.
 *
 * <p>A trainer that waited more than half of that minute, with nothing in memory, starves now.
 */
final class StarvationClock {

  private static final long SPAN_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long STEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final double STARVES_NOW = 0.5;

  private final Deque<Reading> readings = new ArrayDeque<>();

  /**
   * State of the samples.
   *
   * @param nanos when, on any clock
   * @param inMemory samples that are loaded and not taken
   * @param waitedNanos how long the trainer has waited so far, in all
   */
  record Reading(long nanos, long inMemory, long waitedNanos) {}

  /** Notes the state after a batch was handed out. */
  synchronized void note(Reading now) {
    if (!readings.isEmpty() && now.nanos() - readings.getLast().nanos() < STEP_NANOS) {
      return;
    }
    readings.addLast(now);
    while (readings.size() > 2 && now.nanos() - readings.getFirst().nanos() > SPAN_NANOS) {
      readings.removeFirst();
    }
  }

  /** Seconds until nothing is left; NaN where samples do not become fewer, or none was taken. */
  synchronized double secondsLeft(Reading now) {
    Reading begin = readings.peekFirst();
    if (begin == null || now.nanos() <= begin.nanos()) {
      return Double.NaN;
    }
    double nanos = now.nanos() - begin.nanos();
    if (now.inMemory() == 0 && (now.waitedNanos() - begin.waitedNanos()) / nanos > STARVES_NOW) {
      return 0;
    }
    long fewer = begin.inMemory() - now.inMemory();
    return fewer <= 0 ? Double.NaN : now.inMemory() * (nanos / 1e9) / fewer;
  }
}
