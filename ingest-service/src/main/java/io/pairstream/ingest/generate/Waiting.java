package io.pairstream.ingest.generate;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time as a run waits for it, so that a run that ends waits no longer, and tests need not wait. */
interface Waiting {

  /** Nanoseconds since some moment; only differences mean something. */
  long nanoTime();

  /**
   * Returns after {@code pause}; at once where it is negative or zero.
   *
   * @return whether there is a reason to go on: false once {@link #end} was called
   */
  boolean pause(Duration pause) throws InterruptedException;

  /** Ends every pause, now and later. */
  void end();

  /** The time on the wall. */
  static Waiting real() {
    CountDownLatch ended = new CountDownLatch(1);
    return new Waiting() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public boolean pause(Duration pause) throws InterruptedException {
        return !ended.await(pause.toNanos(), TimeUnit.NANOSECONDS);
      }

      @Override
      public void end() {
        ended.countDown();
      }
    };
  }
}
