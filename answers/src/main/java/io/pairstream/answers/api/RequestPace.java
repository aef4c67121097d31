package io.pairstream.answers.api;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When the next request may begin: at even distances, and not while the API wants to be left alone.
 * Thread-safe.
 */
class RequestPace {

  private final long betweenNanos;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private long nextNanos;
  private boolean begun;

  /**
   * @param perMinute most requests that begin within a minute; at least 1
   */
  RequestPace(int perMinute) {
    this.betweenNanos = Duration.ofMinutes(1).toNanos() / perMinute;
  }

  /** Returns when a request may begin, and counts it; false once the pace is stopped. */
  final boolean await() throws InterruptedException {
    while (true) {
      long waitNanos;
      synchronized (this) {
        waitNanos = begun ? nextNanos - nanoTime() : 0;
        if (waitNanos <= 0) {
          begun = true;
          nextNanos = nanoTime() + betweenNanos;
          return stopped.getCount() > 0;
        }
      }
      // A turn is taken after the wait and not before, so that a pause holds those who wait, too.
      if (!sleep(Duration.ofNanos(waitNanos))) {
        return false;
      }
    }
  }

  /** Lets no request begin for that long. */
  final synchronized void pause(Duration wait) {
    nextNanos = Math.max(nextNanos, nanoTime() + wait.toNanos());
  }

  /** Ends every wait, now and later. */
  final void stop() {
    stopped.countDown();
  }

  /** Now, in nanoseconds from any moment. */
  protected long nanoTime() {
    return System.nanoTime();
  }

  /** Waits, and says whether there is a reason to continue. */
  protected boolean sleep(Duration time) throws InterruptedException {
    return !stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }
}
