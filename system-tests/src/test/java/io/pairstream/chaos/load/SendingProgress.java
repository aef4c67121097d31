package io.pairstream.chaos.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How far the producers are, and whether they may go on. Thread-safe. */
final class SendingProgress {

  private long acknowledged;
  private long unsure;
  private long refused;
  private long changes;
  private final List<TurnedAway> turnedAway = new ArrayList<>();
  private boolean paused;
  private boolean stopped;

  private void changed() {
    changes++;
    notifyAll();
  }

  synchronized void acknowledged() {
    acknowledged++;
    changed();
  }

  synchronized void unsure() {
    unsure++;
    changed();
  }

  synchronized void refused() {
    refused++;
    changed();
  }

  synchronized void turnedAway(TurnedAway answer) {
    turnedAway.add(answer);
    unsure();
  }

  synchronized List<TurnedAway> turnedAwaySoFar() {
    return List.copyOf(turnedAway);
  }

  synchronized void pause() {
    paused = true;
  }

  synchronized void resume() {
    paused = false;
    changed();
  }

  synchronized void stop() {
    stopped = true;
    changed();
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  synchronized long acknowledgedCount() {
    return acknowledged;
  }

  synchronized long unsureCount() {
    return unsure;
  }

  synchronized long refusedCount() {
    return refused;
  }

  synchronized boolean isPaused() {
    return paused;
  }

  /** Waits until something changes, but not for long. */
  synchronized void awaitChange(Duration atMost) throws InterruptedException {
    long seen = changes;
    long until = System.nanoTime() + atMost.toNanos();
    while (!stopped && changes == seen && System.nanoTime() < until) {
      wait(Math.max(1, atMost.toMillis()));
    }
  }

  /** Waits for so many acknowledged or refused records; answers whether they came in time. */
  synchronized boolean awaitSettled(long records, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (acknowledged + refused < records) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0 || stopped) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
