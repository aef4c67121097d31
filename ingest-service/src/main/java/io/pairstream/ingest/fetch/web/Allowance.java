package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/**
 * How long the requests of one fetch may still take, and whether they are still wanted. Waiting for
 * a turn takes none of it. Thread-safe.
 */
final class Allowance {

  private Duration left;
  private boolean cancelled;
  private Runnable onCancel = () -> {};

  Allowance(Duration left) {
    this.left = left;
  }

  synchronized Duration left() {
    return left;
  }

  synchronized void spend(Duration time) {
    left = left.minus(time);
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Runs the task on cancellation, instead of what was to be run before; at once if it is late. */
  void onCancel(Runnable task) {
    synchronized (this) {
      if (!cancelled) {
        onCancel = task;
        return;
      }
    }
    task.run();
  }

  void cancel() {
    Runnable task;
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      task = onCancel;
    }
    task.run();
  }
}
