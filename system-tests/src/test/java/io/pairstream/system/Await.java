package io.pairstream.system;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition by asking again, up to a limit. */
public final class Await {

  private static final Duration PAUSE = Duration.ofMillis(100);

  private Await() {}

  /** Returns once the condition holds; fails with what was seen last where it does not in time. */
  public static void until(
      String what, Duration limit, BooleanSupplier condition, Supplier<?> seen) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not within " + limit.toSeconds() + " s: " + what + "; last seen: " + seen.get());
      }
      pause(what);
    }
  }

  /**
   * The answer to a question that is asked again where it fails, up to a limit; then it fails as
   * the last one did.
   */
  public static <T> T answer(String what, Duration limit, Supplier<T> question) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      boolean isLast = System.nanoTime() > deadline;
      try {
        return question.get();
      } catch (RuntimeException e) {
        if (isLast) {
          throw e;
        }
      }
      pause(what);
    }
  }

  private static void pause(String what) {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting until " + what, e);
    }
  }

  /** While a process is down, asking it fails; that is no answer yet. */
  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (RuntimeException e) {
      return false;
    }
  }
}
