package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/** Time that passes, and in which nothing is ever due, however long a machine stands still. */
final class NoTimers implements Timers {

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    return () -> {};
  }

  @Override
  public void close() {}
}
