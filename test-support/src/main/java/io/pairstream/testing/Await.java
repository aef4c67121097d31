package io.pairstream.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Waits for something that another thread or process brings about, by asking again. Nothing that is
 * tested depends on the limit: it ends a wait for what never comes.
 */
public final class Await {

  /** The longest wait for anything that does not name its own. */
  public static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  private Await() {}

  /** Returns once the condition holds. */
  public static void until(Callable<Boolean> condition) throws Exception {
    until("", condition);
  }

  /** Waits for a condition; {@code what} says in a failure what never came. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long begun = System.nanoTime();
    while (!condition.call()) {
      pause(what, begun, LIMIT, () -> "no");
    }
  }

  /**
   * Returns once the condition holds; that it cannot be asked is a no, as of a process that is
   * down. A failure says what was seen last.
   */
  public static void until(String what, Callable<Boolean> condition, Supplier<?> seen) {
    until(what, LIMIT, condition, seen);
  }

  /** Waits for a condition that may take longer, such as a platform that catches up. */
  public static void until(
      String what, Duration limit, Callable<Boolean> condition, Supplier<?> seen) {
    long begun = System.nanoTime();
    while (!holds(condition)) {
      pause(what, begun, limit, seen);
    }
  }

  /** The answer to a question that is asked again where it fails. */
  public static <T> T answer(String what, Callable<T> question) {
    long begun = System.nanoTime();
    while (true) {
      try {
        return question.call();
      } catch (Exception e) {
        pause(what, begun, LIMIT, () -> e);
      }
    }
  }

  /**
   * Leaves the processor to what is waited for, before the caller asks again.
   *
   * @throws IllegalStateException where the test's time is over
   */
  public static void pause() {
    pause(FIRST_PAUSE.toNanos());
  }

  /** Waits longer before a condition that takes long anyway, as asking takes from its processor. */
  private static void pause(String what, long begun, Duration limit, Supplier<?> seen) {
    long waited = System.nanoTime() - begun;
    if (waited > limit.toNanos()) {
      throw new AssertionError("not in time: " + what + "; last seen: " + seen.get());
    }
    pause(Math.min(Math.max(waited / 10, FIRST_PAUSE.toNanos()), LONGEST_PAUSE.toNanos()));
  }

  private static void pause(long nanos) {
    LockSupport.parkNanos(nanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted while waiting");
    }
  }

  private static boolean holds(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception e) {
      return false;
    }
  }
}
