package io.pairstream.image.sandbox;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Kills a worker that has used up its limit of processor time, or that hangs. Either {@link #met()}
 * answers true or the worker is killed, never both.
 *
 * <p>A worker is never killed before the limit has passed on the clock. After that, one that goes
 * on but gets little of a busy machine has {@value #TIMES_WHEN_BUSY} times the limit.
 */
final class Deadline {

  /** Limits that may pass on the clock while a worker continues. */
  static final int TIMES_WHEN_BUSY = 20;

  /** Part of the limit before the first look, so that quick answers cost no look. */
  private static final int FIRST_LOOK = 10;

  /**
   * A worker with less than this part of a processor counts as stopped. A virtual machine that
   * waits uses about a thousandth, and one of 200 processes on two processors gets a hundredth.
   */
  private static final int STILL = 400;

  private static final FirstLooks FIRST_LOOKS = new FirstLooks();

  private final ProcessHandle worker;
  private final long firstLookNanos;
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
    firstLookNanos = System.nanoTime() + limitNanos / FIRST_LOOK;
    FIRST_LOOKS.add(this);
  }

  private void firstLook() {
    long first = limitNanos / FIRST_LOOK;
    long atFirst = processorNanos.getAsLong();
    lookIn(limitNanos - first, first, atFirst, atFirst);
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
          if (spent || still || passed + nanos > TIMES_WHEN_BUSY * limitNanos) {
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
    FIRST_LOOKS.remove(this);
    return met.complete(true);
  }

  /** Whether the worker had its limit of processor time; to be asked once {@link #met} is false. */
  boolean worked() {
    return worked;
  }

  /**
   * The deadlines of all workers before their first look, with one timer: a timer for each would
   * wake its thread for each image, though hardly any image takes that long.
   */
  private static final class FirstLooks {

    private final Set<Deadline> waiting = new HashSet<>();

    /** Whether a timer goes off, by {@code System.nanoTime()} at {@link #timerNanos}. */
    private boolean timed;

    private long timerNanos;

    synchronized void add(Deadline deadline) {
      waiting.add(deadline);
      if (!timed || deadline.firstLookNanos - timerNanos < 0) {
        startTimer(deadline.firstLookNanos);
      }
    }

    synchronized void remove(Deadline deadline) {
      waiting.remove(deadline);
    }

    private void startTimer(long atNanos) {
      timed = true;
      timerNanos = atNanos;
      long delay = Math.max(0, atNanos - System.nanoTime());
      CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS, Runnable::run)
          .execute(() -> due(atNanos).forEach(Deadline::firstLook));
    }

    /** Deadlines to look at now; starts the next timer. */
    private synchronized List<Deadline> due(long atNanos) {
      if (atNanos != timerNanos) {
        return List.of(); // an earlier timer has taken its place
      }
      List<Deadline> due =
          waiting.stream().filter(each -> each.firstLookNanos - atNanos <= 0).toList();
      due.forEach(waiting::remove);
      timed = false;
      waiting.stream()
          .map(each -> each.firstLookNanos)
          .min(Comparator.comparingLong(each -> each - atNanos))
          .ifPresent(this::startTimer);
      return due;
    }
  }
}
