package io.pairstream.service.http;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Asks again until the answer is yes; the test's own time-out ends it. */
public final class Awaiting {

  private static final Duration PAUSE = Duration.ofMillis(10);

  private Awaiting() {}

  public static void until(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      pause();
    }
  }

  /**
   * Leaves the processor to what is waited for, before one asks again.
   *
   * @throws IllegalStateException where the test's time is over
   */
  public static void pause() {
    LockSupport.parkNanos(PAUSE.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted while waiting");
    }
  }
}
