package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timer for delayed tasks. */
interface Timers extends AutoCloseable {

  /** Nanoseconds since some moment; never goes back. */
  long nanos();

  /** Runs the task once, after the delay, unless it is cancelled before. The task must be short. */
  Timer after(Duration delay, Runnable task);

  /** Forgets all tasks. */
  @Override
  void close();

  /** A task that is due some time. */
  interface Timer {

    /** Cancelled, or run already: in both cases nothing more happens. */
    void cancel();
  }

  /** Timers on one thread of their own; a task that is cancelled leaves the queue at once. */
  static Timers ofSystem() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, Threads.daemons("fetch-timers"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    return new Timers() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public Timer after(Duration delay, Runnable task) {
        Future<?> due = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> due.cancel(false);
      }

      @Override
      public void close() {
        executor.shutdownNow();
      }
    };
  }
}
