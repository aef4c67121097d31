package io.pairstream.chaos.load;

import java.time.Duration;

/** How far the producers are, and how far they may go. Thread-safe. */
final class SendingProgress {

  private long settled;
  private long holdAt = Long.MAX_VALUE;
  private long unavailable;
  private long unavailableForever;
  private long changes;
  private boolean stopped;

  /** A record was acknowledged, or refused for good. */
  synchronized void settled() {
    settled++;
    changed();
  }

  /** What became of an attempt is unknown, or known not to be the end of it. */
  synchronized void changed() {
    changes++;
    notifyAll();
  }

  /** An answer that nothing can be taken now, and whether it says when to come again. */
  synchronized void unavailable(boolean saysWhen) {
    unavailable++;
    unavailableForever += saysWhen ? 0 : 1;
    changed();
  }

  /** Answers of 503 so far. */
  synchronized long unavailableCount() {
    return unavailable;
  }

  /** Those of them that do not say when to come again. */
  synchronized long unavailableForeverCount() {
    return unavailableForever;
  }

  synchronized void holdAt(long records) {
    holdAt = records;
    changed();
  }

  synchronized boolean isHeld() {
    return settled >= holdAt;
  }

  synchronized void stop() {
    stopped = true;
    changed();
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  synchronized long settledCount() {
    return settled;
  }

  /** Waits until something changes, but not for long. */
  synchronized void awaitChange(Duration atMost) throws InterruptedException {
    long seen = changes;
    long until = System.nanoTime() + atMost.toNanos();
    while (!stopped && changes == seen && System.nanoTime() < until) {
      wait(Math.max(1, atMost.toMillis()));
    }
  }

  /** Waits for so many settled records; answers whether they came in time. */
  synchronized boolean awaitSettled(long records, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (settled < records) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0 || stopped) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
