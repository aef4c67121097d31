package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on one thread of their own. A fetch has several time limits, and hardly one of them ever
 * comes: a limit that is cancelled leaves the queue at once.
 */
final class SystemTimers implements Timers {

  private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, Threads.daemons("fetch-timers"));

  SystemTimers() {
    executor.setRemoveOnCancelPolicy(true);
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Future<?> due =
        executor.schedule(() -> run(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    return () -> due.cancel(false);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("a timer's task failed", e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
