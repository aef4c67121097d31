package io.pairstream.benchmarks.bombs;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.GatedPair;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * Sends bombs through the gate of the default recipe, and those that it lets through to an image
 * worker; with a folder of photographs, {@link BombFlood} follows.
 */
public final class Bombs {

  private static final int CALLS = 1000;

  private Bombs() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 0) {
      BombFlood.run(Path.of(arguments[0]));
      return;
    }
    WorkerSettings settings = WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1);
    try (ImageWorkerPool workers = new ImageWorkerPool(settings)) {
      CleaningPlan plan =
          new CleaningPlan(RecipeReader.parse("dalle", ""), workers, StepObserver.NONE);
      workers.rehearse(plan.pictures());
      BombFiles.all().forEach((name, file) -> judge(name, file, plan));
    }
  }

  private static void judge(String name, byte[] file, CleaningPlan plan) {
    SubmittedPair pair =
        new SubmittedPair(
            new EncodedImage(file), new ReceivedCaption("A bomb in a field", "en"), Map.of());
    double[] millis = new double[CALLS];
    Outcome<GatedPair> gated = plan.gate(pair); // the first call
    for (int i = 0; i < CALLS; i++) {
      long begin = System.nanoTime();
      gated = plan.gate(pair);
      millis[i] = (System.nanoTime() - begin) / 1e6;
    }
    double first = millis[0];
    Arrays.sort(millis);
    String verdict = "";
    double cleaned = 0;
    for (int i = 0; i < 2; i++) { // the first one warms up
      long begin = System.nanoTime();
      verdict = clean(gated, plan);
      cleaned = (System.nanoTime() - begin) / 1e6;
    }
    System.out.printf(
        Locale.ROOT,
        "%-28s %9d bytes  %-26s %7.3f ms (first call %.1f), then %.0f ms%n",
        name,
        file.length,
        verdict,
        millis[CALLS / 2],
        first,
        cleaned);
  }

  private static String clean(Outcome<GatedPair> gated, CleaningPlan plan) {
    return gated.then(plan::clean).fold(kept -> "KEPT", rejection -> rejection.reason().name());
  }
}
