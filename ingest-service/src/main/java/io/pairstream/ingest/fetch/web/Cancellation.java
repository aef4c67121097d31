package io.pairstream.ingest.fetch.web;

/** Whether something is still wanted. Thread-safe. */
final class Cancellation {

  private boolean cancelled;
  private Runnable onCancel = () -> {};

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
