package io.pairstream.ingest.batches;

import java.util.concurrent.Semaphore;

/**
 * What all batches of an instance may hold at once. A batch that finds no room does not read on.
 * Thread-safe.
 */
final class BatchLimits {

  /** Most inputs of one batch. */
  static final int MAX_INPUTS = 100_000;

  private static final int INPUTS_IN_FLIGHT = 1024;
  private static final int KIB_IN_FLIGHT = 64 * 1024;
  private static final int LONG_LINES = 4;

  private final Semaphore inputs = new Semaphore(INPUTS_IN_FLIGHT, true);
  private final Semaphore kib = new Semaphore(KIB_IN_FLIGHT, true);
  private final LongLines longLines = new LongLines(LONG_LINES);

  /** Permits for lines that are long; each is held while the line is read and understood. */
  LongLines longLines() {
    return longLines;
  }

  /** Waits for room for an input's place in the order of results. */
  void takePlace() {
    inputs.acquireUninterruptibly();
  }

  void leavePlace() {
    inputs.release();
  }

  /** Waits for room for an input's bytes, which are taken all at once. */
  void takeBytes(int bytes) {
    kib.acquireUninterruptibly(kib(bytes));
  }

  void giveBackBytes(int bytes) {
    kib.release(kib(bytes));
  }

  private static int kib(int bytes) {
    return Math.min(KIB_IN_FLIGHT, bytes / 1024 + 1);
  }
}
