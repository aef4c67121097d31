package io.pairstream.ingest.batches;

import io.pairstream.service.http.SharedBudget;
import java.util.concurrent.Semaphore;

/**
 * What all batches of an instance may have on their way to Kafka at once. A batch that finds no
 * room does not read on. Thread-safe.
 *
 * @param longLines places for lines that are long; each is held while the line is read and
 *     understood
 */
record BatchLimits(SharedBudget longLines, Semaphore inputs, Semaphore kib) {

  /** Most inputs of one batch. */
  static final int MAX_INPUTS = 100_000;

  /** Inputs on their way at once, of all batches. */
  static final int INPUTS_IN_FLIGHT = 1024;

  private static final int KIB_IN_FLIGHT = 64 * 1024;
  private static final int LONG_LINES = 4;

  BatchLimits() {
    this(
        new SharedBudget(LONG_LINES),
        new Semaphore(INPUTS_IN_FLIGHT, true),
        new Semaphore(KIB_IN_FLIGHT, true));
  }

  /** Waits for room for an input. */
  void enter(int bytes) {
    inputs.acquireUninterruptibly();
    kib.acquireUninterruptibly(inKib(bytes));
  }

  void leave(int bytes) {
    inputs.release();
    kib.release(inKib(bytes));
  }

  private static int inKib(int bytes) {
    return Math.min(KIB_IN_FLIGHT, bytes / 1024 + 1);
  }
}
