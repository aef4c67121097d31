package io.pairstream.ingest.generate;

import java.time.Duration;

/**
 * When the next request may begin: at even distances, and not while the API wants to be left alone.
 * Thread-safe.
 */
final class RequestPace {

  private final Waiting waiting;
  private final long betweenNanos;
  private long nextNanos;

  /**
   * @param perMinute most requests that begin within a minute; at least 1
   */
  RequestPace(int perMinute, Waiting waiting) {
    this.waiting = waiting;
    this.betweenNanos = Duration.ofMinutes(1).toNanos() / perMinute;
    this.nextNanos = waiting.nanoTime();
  }

  /**
   * Returns when a request may begin, and counts it.
   *
   * @return whether it may: false once nobody waits any more
   */
  boolean await() throws InterruptedException {
    while (true) {
      long waitNanos;
      synchronized (this) {
        long now = waiting.nanoTime();
        waitNanos = nextNanos - now;
        if (waitNanos <= 0) {
          nextNanos = now + betweenNanos;
          return true;
        }
      }
      // A turn is taken after the wait and not before, so that a pause holds those who wait, too.
      if (!waiting.pause(Duration.ofNanos(waitNanos))) {
        return false;
      }
    }
  }

  /** Lets no request begin for that long. */
  synchronized void pause(Duration wait) {
    nextNanos = Math.max(nextNanos, waiting.nanoTime() + wait.toNanos());
  }
}
