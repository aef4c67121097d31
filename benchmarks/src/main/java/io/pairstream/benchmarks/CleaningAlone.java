package io.pairstream.benchmarks;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.platform.AppLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The cleaning without anything around it: pairs from memory through gate and plan, by the same
 * workers as in the service, in this process.
 */
final class CleaningAlone implements AutoCloseable {

  private static final long LOOK_EVERY_MS = 50;

  private final ImageWorkerPool workers;
  private final CleaningPlan plan;
  private final List<SubmittedPair> pairs = new ArrayList<>();
  private final int threads;

  /**
   * @param pairs at least one; they are gone through again and again
   * @param threads how many pairs are in hand at a time
   * @param workerCount how many of them a worker has
   */
  CleaningAlone(String recipe, List<NewPair> pairs, int threads, int workerCount)
      throws IOException {
    this.threads = threads;
    workers =
        new ImageWorkerPool(
            WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), workerCount));
    plan = new CleaningPlan(RecipeFile.find(recipe).reader(), workers, StepObserver.NONE);
    for (NewPair pair : pairs) {
      byte[] image = new byte[pair.imageBytes()];
      pair.image().duplicate().get(image);
      this.pairs.add(
          new SubmittedPair(
              new EncodedImage(image),
              new ReceivedCaption(pair.caption(), pair.language()),
              pair.annotations()));
    }
  }

  /** Cleans so many pairs. */
  SteadyState run(long total) throws InterruptedException {
    Map<String, Long> self = Map.of("cleaning", ProcessHandle.current().pid());
    SteadyState.Watch watch = new SteadyState.Watch(total, () -> ProcessorTime.of(self));
    AtomicLong next = new AtomicLong();
    AtomicLong done = new AtomicLong();
    Callable<Void> work =
        () -> {
          for (long i = next.getAndIncrement(); i < total; i = next.getAndIncrement()) {
            var unused = plan.gate(pairs.get((int) (i % pairs.size()))).then(plan::clean);
            done.incrementAndGet();
          }
          return null;
        };
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(executor.submit(work));
      }
      for (Future<Void> one : running) {
        await(one, watch, done);
      }
    } finally {
      executor.shutdownNow();
    }
    return watch.result();
  }

  private static void await(Future<Void> work, SteadyState.Watch watch, AtomicLong done)
      throws InterruptedException {
    while (true) {
      try {
        work.get(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        watch.observe(done.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("cleaning failed", e.getCause());
      }
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
