package io.pairstream.benchmarks;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.Utils;

/**
 * The cleaning without anything around it: pairs from memory through gate and plan, by workers as
 * the service has them. Driven as {@link WholeLine} is.
 */
final class CleaningAlone {

  private CleaningAlone() {}

  /**
   * Arguments: pairs as import reads them, captions of each picture, recipe, threads, workers.
   * Answers {@code publish} at once, and works meanwhile.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    AvroSafety.install();
    RepeatedPairs pairs = RepeatedPairs.read(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    int threads = Integer.parseInt(arguments[3]);
    AtomicLong done = new AtomicLong();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (ImageWorkerPool workers =
        new ImageWorkerPool(AppLayout.workers(Integer.parseInt(arguments[4])))) {
      CleaningPlan plan =
          new CleaningPlan(RecipeFile.find(arguments[2]).reader(), workers, StepObserver.NONE);
      AtomicLong begun = new AtomicLong();
      Driven.serve(
          "",
          words -> {
            if (words[0].equals("publish")) {
              for (long i = Long.parseLong(words[2]); i > 0; i--) {
                executor.execute(
                    () -> {
                      var unused =
                          plan.gate(submitted(pairs.at(begun.getAndIncrement()))).then(plan::clean);
                      done.incrementAndGet();
                    });
              }
            }
            return done + " 0";
          });
    } finally {
      executor.shutdownNow();
    }
    System.exit(0);
  }

  private static SubmittedPair submitted(RawPair pair) {
    return new SubmittedPair(
        new EncodedImage(Utils.toArray(pair.getImage())),
        new ReceivedCaption(pair.getCaption(), pair.getLanguage(), ""),
        pair.getAnnotations(),
        Set.of());
  }
}
