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

  private static final Duration PAUSE = Duration.ofMillis(10);

  /** A question that takes this or longer is asked again after the same pause. */
  private static final Duration DEAR = Duration.ofMillis(250);

  private Await() {}

  /** Returns once the condition holds. */
  public static void until(Callable<Boolean> condition) throws Exception {
    until("", condition);
  }

  /** Waits for a condition; {@code what} says in a failure what never came. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long deadline = deadline();
    long asked = System.nanoTime();
    while (!condition.call()) {
      asked = pause(what, deadline, asked, () -> "no");
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
    long asked = System.nanoTime();
    long deadline = asked + limit.toNanos();
    while (!holds(condition)) {
      asked = pause(what, deadline, asked, seen);
    }
  }

  /** The answer to a question that is asked again where it fails. */
  public static <T> T answer(String what, Callable<T> question) {
    long deadline = deadline();
    long asked = System.nanoTime();
    while (true) {
      try {
        return question.call();
      } catch (Exception e) {
        asked = pause(what, deadline, asked, () -> e);
      }
    }
  }

  /**
   * Leaves the processor to what is waited for, before the caller asks again.
   *
   * @throws IllegalStateException where the test's time is over
   */
  public static void pause() {
    pause(PAUSE.toNanos());
  }

  private static void pause(long nanos) {
    LockSupport.parkNanos(nanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted while waiting");
    }
  }

  /** Pauses thrice as long as the question took, that asking is not what the machine does most. */
  private static long pause(String what, long deadline, long asked, Supplier<?> seen) {
    long now = System.nanoTime();
    if (now > deadline) {
      throw new AssertionError("not in time: " + what + "; last seen: " + seen.get());
    }
    pause(Math.max(PAUSE.toNanos(), 3 * Math.min(now - asked, DEAR.toNanos())));
    return System.nanoTime();
  }

  private static long deadline() {
    return System.nanoTime() + LIMIT.toNanos();
  }

  private static boolean holds(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception e) {
      return false;
    }
  }
}
