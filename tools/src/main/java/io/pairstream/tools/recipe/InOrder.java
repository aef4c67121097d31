package io.pairstream.tools.recipe;

import io.pairstream.schemas.Threads;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Work of several threads, whose results come in the order in which it was given. Holds little more
 * than the threads work on. Used by one thread.
 */
public final class InOrder<T> implements AutoCloseable {

  private final int threads;
  private final ExecutorService executor;
  private final Consumer<T> results;
  private final Queue<CompletableFuture<T>> inWork = new ArrayDeque<>();

  /**
   * @param results hears each result, in the thread that gives the work
   */
  public InOrder(int threads, Consumer<T> results) {
    this.threads = threads;
    this.executor = Executors.newFixedThreadPool(threads);
    this.results = results;
  }

  /** Begins the work; waits for the oldest while there is too much. */
  public void add(Supplier<T> work) {
    inWork.add(CompletableFuture.supplyAsync(work, executor));
    if (inWork.size() > 2 * threads) { // each holds an image of up to 8 MiB
      finishOldest();
    }
  }

  /** Waits for all that is begun. */
  public void finish() {
    while (!inWork.isEmpty()) {
      finishOldest();
    }
  }

  private void finishOldest() {
    results.accept(Threads.join(inWork.remove()));
  }

  /** Begins nothing more. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
