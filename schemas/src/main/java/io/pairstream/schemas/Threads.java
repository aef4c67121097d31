package io.pairstream.schemas;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads that keep no process from ending, and what they do again and again. */
public final class Threads {

  private static final long IDLE_SECONDS = 10;

  private Threads() {}

  /** A thread that is not started yet. */
  public static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Threads for an executor, all of the same name. */
  public static ThreadFactory daemons(String name) {
    return task -> daemon(name, task);
  }

  /**
   * An executor of a few threads, which end where they have had nothing to do for a while; the
   * caller shuts it down.
   *
   * @param waiting most tasks that wait for a thread; more are refused
   */
  public static ExecutorService pool(String name, int threads, int waiting) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(waiting),
            daemons(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Waits for a result; throws what kept it from coming, as it was thrown. */
  public static <T> T join(CompletableFuture<T> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Waits until an executor that was shut down has ended; false where it has not by then. */
  public static boolean awaitEnd(ExecutorService executor, Duration longest) {
    try {
      return executor.awaitTermination(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** An executor of one thread for what {@link #repeat} runs; the caller shuts it down. */
  public static ScheduledExecutorService scheduler(String name) {
    return Executors.newSingleThreadScheduledExecutor(daemons(name));
  }

  /** Runs a task after each pause, until the executor is shut down. */
  public static void repeat(ScheduledExecutorService executor, Duration pause, Runnable task) {
    repeat(executor, pause, pause, task);
  }

  /**
   * Runs a task again and again, until the executor is shut down. What it throws goes to the
   * thread's handler of uncaught exceptions, and does not end the repetition, as the executor's own
   * methods let it do.
   *
   * @param first before the first run; zero for at once
   * @param pause between the end of a run and the next
   */
  public static void repeat(
      ScheduledExecutorService executor, Duration first, Duration pause, Runnable task) {
    Runnable untiring =
        () -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
          }
        };
    var unused =
        executor.scheduleWithFixedDelay(
            untiring, first.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }
}
