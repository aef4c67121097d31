package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on one thread of their own, to the next {@link #TICK}.
 *
 * <p>A fetch has several time limits, and hardly one of them ever comes: so setting and cancelling
 * one must cost next to nothing, and must not wake a thread. They lie in a wheel of slots, one for
 * each tick; a limit beyond one turn of the wheel is put back until its time has come.
 */
final class SystemTimers implements Timers {

  private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

  private static final Duration TICK = Duration.ofMillis(20);

  /** One turn takes 20 s, which is longer than most limits. */
  private static final int SLOTS = 1024;

  private final ScheduledExecutorService executor;
  private final List<List<Task>> wheel = new ArrayList<>(SLOTS);
  private final long origin = System.nanoTime();
  private long ticks;

  SystemTimers() {
    for (int i = 0; i < SLOTS; i++) {
      wheel.add(new ArrayList<>());
    }
    executor = Executors.newSingleThreadScheduledExecutor(Threads.daemons("fetch-timers"));
    var unused =
        executor.scheduleAtFixedRate(
            this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Task due = new Task(System.nanoTime() + Math.max(0, delay.toNanos()), task);
    synchronized (wheel) {
      put(due);
    }
    return due;
  }

  /** Into the slot of its tick, or of the next one where that has passed. */
  private void put(Task task) {
    long tick = Math.max((task.dueNanos - origin) / TICK.toNanos() + 1, ticks + 1);
    wheel.get((int) (tick % SLOTS)).add(task);
  }

  private void tick() {
    long now = System.nanoTime();
    List<Task> due = new ArrayList<>();
    synchronized (wheel) {
      // More than one where this thread was kept from running.
      while (origin + (ticks + 1) * TICK.toNanos() <= now) {
        ticks++;
        int slot = (int) (ticks % SLOTS);
        List<Task> tasks = wheel.get(slot);
        if (!tasks.isEmpty()) {
          wheel.set(slot, new ArrayList<>());
          for (Task task : tasks) {
            if (task.dueNanos <= now) {
              due.add(task);
            } else if (!task.isCancelled()) {
              put(task);
            }
          }
        }
      }
    }
    due.forEach(Task::run);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static final class Task implements Timer {

    private final long dueNanos;
    private Runnable task;

    Task(long dueNanos, Runnable task) {
      this.dueNanos = dueNanos;
      this.task = task;
    }

    synchronized boolean isCancelled() {
      return task == null;
    }

    /** Lets go of the task at once; its place in the wheel is cleared when its time comes. */
    @Override
    public synchronized void cancel() {
      task = null;
    }

    private void run() {
      Runnable due;
      synchronized (this) {
        due = task;
        task = null;
      }
      if (due == null) {
        return;
      }
      try {
        due.run();
      } catch (RuntimeException e) {
        LOG.error("a timer's task failed", e);
      }
    }
  }
}
