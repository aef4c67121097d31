package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/** What happens when a time has come. */
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
}
