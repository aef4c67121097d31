package io.pairstream.image;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Kills a worker unless it is done in time. Either {@link #met()} answers true or the worker is
 * killed, never both.
 *
 * <p>Half-way it looks how much processor time the worker has had, and again at the end: where the
 * machine stands still, or has no processor to spare, the image is not to blame.
 */
final class Deadline {

  /** A worker that gets less than a tenth of a processor is kept from its work. */
  private static final int LEAST_SHARE = 10;

  private final ProcessHandle worker;
  private final Duration half;
  private final ScheduledExecutorService clock;
  private final AtomicBoolean decided = new AtomicBoolean();
  private volatile boolean worked;
  private volatile Future<?> next;

  private Deadline(ProcessHandle worker, Duration limit, ScheduledExecutorService clock) {
    this.worker = worker;
    this.half = limit.dividedBy(2);
    this.clock = clock;
    next = later(this::look);
  }

  private Future<?> later(Runnable task) {
    return clock.schedule(task, half.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void look() {
    Duration before = processorTime();
    next = later(() -> kill(before));
  }

  private void kill(Duration before) {
    if (decided.compareAndSet(false, true)) {
      Duration since = processorTime().minus(before);
      worked = since.multipliedBy(LEAST_SHARE).compareTo(half) >= 0;
      worker.destroyForcibly();
    }
  }

  /** Of the worker, and of what it started or was started through. */
  private Duration processorTime() {
    return Stream.concat(Stream.of(worker), worker.descendants())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  static Deadline start(ProcessHandle worker, Duration limit, ScheduledExecutorService clock) {
    return new Deadline(worker, limit, clock);
  }

  /** Stops the clock; false where it has run out before. */
  boolean met() {
    boolean inTime = decided.compareAndSet(false, true);
    next.cancel(false);
    return inTime;
  }

  /** Whether the worker was at work when its time was up; to be asked once it is dead. */
  boolean worked() {
    return worked;
  }
}
