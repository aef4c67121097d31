package io.pairstream.service.http;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Asks again until the answer is yes; the test's own time-out ends it. */
public final class Awaiting {

  private Awaiting() {}

  public static void until(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }
}
