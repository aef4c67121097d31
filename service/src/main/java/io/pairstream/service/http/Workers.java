package io.pairstream.service.http;

import io.pairstream.schemas.Threads;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads that handle requests, with a bounded queue before them. */
final class Workers extends ThreadPoolExecutor {

  private final Duration longest;

  /** Time at which a request was last taken up, as {@link System#nanoTime}. */
  private volatile long takenUpAt;

  /**
   * @param longest time after which a request that is not handled counts as stuck
   */
  Workers(int threads, int queue, Duration longest) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(queue),
        Threads.daemons("http-worker"));
    this.longest = longest;
  }

  @Override
  protected void beforeExecute(Thread thread, Runnable task) {
    takenUpAt = System.nanoTime();
    super.beforeExecute(thread, task);
  }

  /**
   * @throws Problem {@link ProblemKind#NOT_READY} where no request is taken up any more
   */
  void requireProgress() {
    if (getActiveCount() >= getMaximumPoolSize()
        && System.nanoTime() - takenUpAt > longest.toNanos()) {
      throw Problem.of(
          ProblemKind.NOT_READY,
          "all %d threads for requests have been busy with the same ones for %d s"
              .formatted(getMaximumPoolSize(), longest.toSeconds()));
    }
  }
}
