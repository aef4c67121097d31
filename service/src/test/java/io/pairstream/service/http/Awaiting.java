package io.pairstream.service.http;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Asks again until the answer is yes; the test's own time-out ends it. */
public final class Awaiting {

  private static final long PAUSE_MILLIS = 10;

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
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
