package io.pairstream.benchmarks;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Our own side of the protocol: the gate of the default recipe, then an image worker of whatever
 * kind.
 */
public final class ContenderMain {

  private static final ReceivedCaption CAPTION = new ReceivedCaption("a picture", "", "");

  private final ImageWorker worker;
  private final Map<String, List<byte[]>> files = new HashMap<>();
  private final Preparation encoded = Preparation.with("jpeg");
  private final Preparation raw = Preparation.with("raw");

  private ContenderMain(ImageWorker worker, Path listing) throws IOException {
    this.worker = worker;
    for (String line : Files.readAllLines(listing)) {
      int tab = line.indexOf('\t');
      files
          .computeIfAbsent(line.substring(0, tab), set -> new ArrayList<>())
          .add(Files.readAllBytes(Path.of(line.substring(tab + 1))));
    }
  }

  /** As the service runs it. Arguments: class path of the workers, list of files. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (ImageWorkerPool pool = new ImageWorkerPool(WorkerSettings.of(arguments[0], 2))) {
      serve(pool, "Pairstream", "gate, then ImageWorkerPool", Path.of(arguments[1]));
    }
  }

  private record Preparation(CleaningPlan plan, ImagePlan picture) {

    static Preparation with(String encoding) {
      // The default recipe's limits are for what is worth training on; here, every file counts. No
      // peer converts colours or measures, so the comparison leaves out both unless asked.
      boolean asByDefault = Boolean.getBoolean("pairstream.compare.default");
      String recipe =
          "image: {min-side-px: 1, max-aspect-ratio: 1000, encoding: "
              + encoding
              + (asByDefault ? "}" : ", colour-profile: ignore}\nquality: {measures: none}");
      ImageWorker none =
          (image, target) -> {
            throw new IllegalStateException("the plan's own worker is not asked");
          };
      return new Preparation(
          new CleaningPlan(RecipeReader.parse("compare", recipe), none, StepObserver.NONE),
          ImagePlan.from(RecipeReader.parse("compare", recipe)));
    }

    Outcome<PreparedImage> apply(ImageWorker worker, byte[] file) {
      return plan.gate(new SubmittedPair(new EncodedImage(file), CAPTION, Map.of(), Set.of()))
          .then(pair -> worker.prepare(ImageToPrepare.whole(pair.image()), picture));
    }
  }

  /**
   * Serves until stdin ends.
   *
   * @param version what this contender is
   * @param calls what it does
   * @param listing the files: set, tab, path
   */
  public static void serve(ImageWorker worker, String version, String calls, Path listing)
      throws IOException, InterruptedException {
    ContenderMain contender = new ContenderMain(worker, listing);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Driven.serve(
          "\"version\": \"%s\", \"calls\": \"%s\"".formatted(version, calls),
          words -> {
            List<byte[]> set = contender.files.getOrDefault(words[1], List.of());
            int images =
                switch (words[0]) {
                  case "pass" -> contender.pass(set, Integer.parseInt(words[2]), threads);
                  case "write" -> contender.write(set, contender.raw, Path.of(words[2]), ".raw");
                  case "encode" ->
                      contender.write(set, contender.encoded, Path.of(words[2]), ".jpg");
                  default -> throw new IllegalArgumentException(words[0]);
                };
            return images + " " + (set.size() - images);
          });
    } finally {
      threads.shutdownNow();
    }
  }

  private int pass(List<byte[]> set, int workers, ExecutorService threads)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    Callable<Integer> work =
        () -> {
          int kept = 0;
          for (int at = next.getAndIncrement(); at < set.size(); at = next.getAndIncrement()) {
            kept += encoded.apply(worker, set.get(at)).keptOnly().size();
          }
          return kept;
        };
    int kept = 0;
    for (Future<Integer> each : threads.invokeAll(Collections.nCopies(workers, work))) {
      try {
        kept += each.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return kept;
  }

  private int write(List<byte[]> set, Preparation how, Path directory, String ending)
      throws IOException {
    int written = 0;
    for (int i = 0; i < set.size(); i++) {
      for (PreparedImage prepared : how.apply(worker, set.get(i)).keptOnly()) {
        Files.write(directory.resolve(i + ending), prepared.picture().encoded().bytes());
        written++;
      }
    }
    return written;
  }
}
