package io.pairstream.image;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kills a worker unless it is done in time. Either {@link #met()} answers true or the worker is
 * killed, never both.
 */
final class Deadline {

  private final AtomicBoolean decided = new AtomicBoolean();
  private final Future<?> kill;

  private Deadline(ProcessHandle worker, Duration limit, ScheduledExecutorService clock) {
    kill =
        clock.schedule(
            () -> {
              if (decided.compareAndSet(false, true)) {
                worker.destroyForcibly();
              }
            },
            limit.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  static Deadline start(ProcessHandle worker, Duration limit, ScheduledExecutorService clock) {
    return new Deadline(worker, limit, clock);
  }

  /** Stops the clock; false where it has run out before. */
  boolean met() {
    boolean inTime = decided.compareAndSet(false, true);
    kill.cancel(false);
    return inTime;
  }
}
