package io.pairstream.schemas;

import java.util.concurrent.ThreadFactory;

/** Threads that keep no process from ending. */
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
}
