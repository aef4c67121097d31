package io.pairstream.image;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Kills a worker that has used up its limit of processor time, or that hangs. Either {@link #met()}
 * answers true or the worker is killed, never both.
 *
 * <p>A worker is never killed before the limit has passed on the clock. After that, one that goes
 * on but gets little of a busy machine has {@value #PATIENCE} times the limit.
 */
final class Deadline {

  /** Limits that may pass on the clock while a worker continues. */
  static final int PATIENCE = 20;

  /** Part of the limit before the first look, so that quick answers cost no look. */
  private static final int FIRST_LOOK = 10;

  /**
   * A worker with less than this part of a processor counts as stopped. A virtual machine that
   * waits uses about a thousandth, and one of 200 processes on two processors gets a hundredth.
   */
  private static final int STILL = 400;

  private final ProcessHandle worker;
  private final long limitNanos;
  private final LongSupplier processorNanos;
  private final CompletableFuture<Boolean> met = new CompletableFuture<>();
  private volatile boolean worked;

  Deadline(ProcessHandle worker, Duration limit) {
    this(worker, limit, () -> processorNanos(worker));
  }

  /**
   * @param processorNanos processor time that the worker has had in its life, in nanoseconds
   */
  Deadline(ProcessHandle worker, Duration limit, LongSupplier processorNanos) {
    this.worker = worker;
    this.limitNanos = limit.toNanos();
    this.processorNanos = processorNanos;
    long first = limitNanos / FIRST_LOOK;
    unlessMetIn(
        first,
        () -> {
          long atFirst = processorNanos.getAsLong();
          lookIn(limitNanos - first, first, atFirst, atFirst);
        });
  }

  private void unlessMetIn(long nanos, Runnable then) {
    var unused =
        met.copy()
            .completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS)
            .thenAccept(
                inTime -> {
                  if (!inTime) {
                    then.run();
                  }
                });
  }

  /**
   * Looks at the worker again later.
   *
   * @param nanos time until then
   * @param passed the clock's nanoseconds up to the look before
   * @param atFirst processor time at the first look
   * @param before processor time at the look before
   */
  private void lookIn(long nanos, long passed, long atFirst, long before) {
    unlessMetIn(
        nanos,
        () -> {
          long now = processorNanos.getAsLong();
          long left = limitNanos - limitNanos / FIRST_LOOK - (now - atFirst);
          // The clock of processor time has steps of 10 ms, and a look takes a moment.
          boolean spent = left < limitNanos / 5;
          boolean still = now - before < nanos / STILL;
          if (spent || still || passed + nanos > PATIENCE * limitNanos) {
            kill(spent);
          } else {
            lookIn(Math.max(left, limitNanos / 2), passed + nanos, atFirst, now);
          }
        });
  }

  private void kill(boolean spent) {
    worked = spent;
    if (met.complete(false)) {
      worker.destroyForcibly();
    }
  }

  /** Processor time of a worker and of all processes below its handle's. */
  private static long processorNanos(ProcessHandle worker) {
    return Stream.concat(Stream.of(worker), worker.descendants())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .sum();
  }

  /** Stops the clock; false where the worker was killed before. */
  boolean met() {
    return met.complete(true);
  }

  /** Whether the worker had its limit of processor time; to be asked once {@link #met} is false. */
  boolean worked() {
    return worked;
  }
}
