package io.pairstream.benchmarks;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;

/**
 * The perceptual hashes of files, as the service makes them: a line each on standard output, the
 * file, its hash, and that of its mirrored picture; of a rejected one, the reason. Arguments: class
 * path of the workers, list of files.
 */
public final class PerceptualHashes {

  private static final RecipeReader RECIPE =
      RecipeReader.parse("hashes", "image: {min-side-px: 1, max-aspect-ratio: 1000}");

  private PerceptualHashes() {}

  public static void main(String[] arguments) throws IOException {
    CleaningPlan plan =
        new CleaningPlan(
            RECIPE,
            (image, target) -> {
              throw new IllegalStateException("the plan's own worker is not asked");
            },
            StepObserver.NONE);
    try (ImageWorkerPool pool = new ImageWorkerPool(WorkerSettings.of(arguments[0], 2))) {
      for (String file : Files.readAllLines(Path.of(arguments[1]))) {
        System.out.println(file + "\t" + of(plan, pool, Files.readAllBytes(Path.of(file))));
      }
    }
  }

  private static String of(CleaningPlan plan, ImageWorker worker, byte[] file) {
    ReceivedCaption caption = new ReceivedCaption("a picture", "");
    return plan.gate(new SubmittedPair(new EncodedImage(file), caption, Map.of()))
        .then(pair -> worker.prepare(ImageToPrepare.whole(pair.image()), ImagePlan.from(RECIPE)))
        .fold(
            image -> hex(image.perceptualHash()) + "\t" + hex(image.mirroredHash()),
            rejection -> rejection.reason().name());
  }

  private static String hex(long hash) {
    return HexFormat.of().toHexDigits(hash);
  }
}
