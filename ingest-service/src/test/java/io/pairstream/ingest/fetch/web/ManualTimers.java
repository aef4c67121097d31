package io.pairstream.ingest.fetch.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes only when a test says so. For one thread. */
final class ManualTimers implements Timers {

  private record Task(long due, Runnable run) {}

  private final List<Task> tasks = new ArrayList<>();
  private long now = 1_000_000_000L;

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public Timer after(Duration delay, Runnable run) {
    Task task = new Task(now + delay.toNanos(), run);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  /** Lets time pass, and what is due happen at its time. */
  void pass(Duration time) {
    long until = now + time.toNanos();
    while (true) {
      Task next =
          tasks.stream()
              .filter(task -> task.due() <= until)
              .min(Comparator.comparingLong(Task::due))
              .orElse(null);
      if (next == null) {
        now = until;
        return;
      }
      tasks.remove(next);
      now = Math.max(now, next.due());
      next.run().run();
    }
  }

  @Override
  public void close() {
    tasks.clear();
  }
}
