package io.pairstream.image;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private final long halfNanos;
  private final CompletableFuture<Boolean> met = new CompletableFuture<>();
  private volatile long nanosAtHalf = Long.MAX_VALUE;
  private volatile boolean worked;

  Deadline(ProcessHandle worker, Duration limit) {
    this.worker = worker;
    halfNanos = limit.toNanos() / 2;
    unlessMet(met.copy(), halfNanos, () -> nanosAtHalf = processorNanos());
    unlessMet(met, limit.toNanos(), this::kill);
  }

  private static void unlessMet(CompletableFuture<Boolean> met, long nanos, Runnable then) {
    var unused =
        met.completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS)
            .thenAccept(
                inTime -> {
                  if (!inTime) {
                    then.run();
                  }
                });
  }

  private void kill() {
    try {
      worked = processorNanos() - halfNanos / LEAST_SHARE >= nanosAtHalf;
    } finally {
      worker.destroyForcibly();
    }
  }

  /** Of the worker, and of what it started or was started through. */
  private long processorNanos() {
    return Stream.concat(Stream.of(worker), worker.descendants())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .sum();
  }

  /** Stops the clock; false where it has run out before. */
  boolean met() {
    return met.complete(true);
  }

  /** Whether the worker was at work when its time was up; to be asked once it is dead. */
  boolean worked() {
    return worked;
  }
}
