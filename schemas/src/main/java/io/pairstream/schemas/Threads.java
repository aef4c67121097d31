package io.pairstream.schemas;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Threads that keep no process from ending, and what they do again and again. */
public final class Threads {

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

  /** Runs a task after each pause, until it fails or the executor is shut down. */
  public static void repeat(ScheduledExecutorService executor, Duration pause, Runnable task) {
    long nanos = pause.toNanos();
    var unused = executor.scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
  }
}
