package io.pairstream.benchmarks.mutations;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.CleanedPair;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.imageio.ImageIO;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends damaged copies of real files through the gate and the image workers, and looks for what
 * must never happen: no answer, a fault of ours, a picture that is not the file's.
 *
 * <p>A file that is kept is decoded by a second decoder too, where that one reads it, and the two
 * pictures are compared. A good file in between must always give the same bytes: damage in one file
 * must not show in the next.
 */
@Command(
    name = "mutations",
    mixinStandardHelpOptions = true,
    description = "Send damaged files through the image workers and look for wrong pictures.")
public final class MutationSoak implements Callable<Integer> {

  private static final int BETWEEN_GOOD_FILES = 500;
  private static final long BETWEEN_NEWS = 50_000;
  private static final int SIDE_PX = 32;

  /**
   * Tiles per side of a picture that is compared: what filters do to noise averages out in them.
   */
  private static final int TILES = 8;

  /** JPEG quality 95, and two ways to scale, differ by a few levels; another picture by dozens. */
  private static final double MOST_MEAN_DIFFERENCE = 12;

  /**
   * Damage to a JPEG's tables makes colours that RGB does not have. Whether they are clipped before
   * or after they are averaged makes a picture of another look, and neither is the right one.
   */
  private static final double MOST_CLIPPED = 0.3;

  @Parameters(paramLabel = "FOLDER", description = "Where real images are.")
  private Path folder;

  @Option(names = "--inputs", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}")
  private long inputs;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--photographs",
      defaultValue = "40",
      description = "How many of the images are taken. Default: ${DEFAULT-VALUE}")
  private int photographs;

  @Option(
      names = "--findings",
      defaultValue = "mutation-findings",
      description = "Folder for files that gave what must not be. Default: ${DEFAULT-VALUE}")
  private Path findings;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  private final AtomicLong next = new AtomicLong();
  private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
  private final LongAdder compared = new LongAdder();
  private final LongAdder beyondRgb = new LongAdder();
  private final LongAdder wrongPictures = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder disturbed = new LongAdder();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new MutationSoak()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<byte[]> files = SmallPictures.of(folder, photographs);
    Mutator mutator = new Mutator(files, seed);
    int threads = Runtime.getRuntime().availableProcessors();
    long begin = System.nanoTime();
    try (ImageWorkerPool workers =
        new ImageWorkerPool(
            WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads))) {
      CleaningPlan plan = plan(workers);
      byte[] good = files.get(0);
      byte[] expected = prepared(plan, good).orElseThrow();
      ExecutorService executor = Executors.newFixedThreadPool(threads);
      try {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          running.add(executor.submit(() -> work(plan, mutator, good, expected)));
        }
        for (Future<?> thread : running) {
          thread.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } finally {
        executor.shutdownNow();
      }
    }
    print((System.nanoTime() - begin) / 1e9);
    return wrongPictures.sum() + faults.sum() + disturbed.sum() + unanswered() == 0 ? 0 : 1;
  }

  private static CleaningPlan plan(ImageWorkerPool workers) {
    String recipe = "image: {side-px: " + SIDE_PX + ", min-side-px: 1, max-aspect-ratio: 1000}";
    return new CleaningPlan(RecipeReader.parse("mutations", recipe), workers, StepObserver.NONE);
  }

  private Void work(CleaningPlan plan, Mutator mutator, byte[] good, byte[] expected)
      throws IOException {
    for (long number = next.getAndIncrement(); number < inputs; number = next.getAndIncrement()) {
      byte[] file = mutator.damaged(number);
      try {
        Outcome<CleanedPair> outcome = outcome(plan, file);
        count(outcome.fold(kept -> "kept", rejection -> rejection.reason().name()));
        for (CleanedPair pair : outcome.keptOnly()) {
          compare(number, file, pair);
        }
        if (number % BETWEEN_GOOD_FILES == 0
            && !Arrays.equals(expected, prepared(plan, good).orElse(null))) {
          disturbed.increment();
          keep(number, "disturbs", file);
        }
      } catch (RuntimeException e) {
        faults.increment();
        keep(number, "fault", file);
        System.err.println("input " + number + ": " + e);
      }
      if (number % BETWEEN_NEWS == BETWEEN_NEWS - 1) {
        System.err.printf("%,d inputs%n", number + 1);
      }
    }
    return null;
  }

  private void compare(long number, byte[] file, CleanedPair pair) throws IOException {
    if (pair.original().type() == ImageType.GIF) {
      return; // the second decoder places frames otherwise
    }
    Optional<BufferedImage> second = decodedBySecond(file);
    if (second.isEmpty()
        || second.get().getWidth() != pair.original().widthPx()
        || second.get().getHeight() != pair.original().heightPx()
        || Math.min(second.get().getWidth(), second.get().getHeight()) < SIDE_PX) {
      return;
    }
    BufferedImage ours =
        ImageIO.read(new ByteArrayInputStream(pair.image().picture().encoded().bytes()));
    if (clippedShare(second.get()) > MOST_CLIPPED) {
      beyondRgb.increment();
      return;
    }
    compared.increment();
    if (meanDifference(ours, square(second.get())) > MOST_MEAN_DIFFERENCE) {
      wrongPictures.increment();
      keep(number, "wrong", file);
    }
  }

  private static Optional<BufferedImage> decodedBySecond(byte[] file) {
    try {
      return Optional.ofNullable(ImageIO.read(new ByteArrayInputStream(file)));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it gives up in many ways; then there is nothing to compare with
    }
  }

  /** The centre square, scaled as far as the comparison needs it. */
  private static BufferedImage square(BufferedImage picture) {
    int side = Math.min(picture.getWidth(), picture.getHeight());
    int x = (picture.getWidth() - side) / 2;
    int y = (picture.getHeight() - side) / 2;
    BufferedImage square = new BufferedImage(SIDE_PX, SIDE_PX, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = square.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, SIDE_PX, SIDE_PX);
    graphics.drawImage(
        picture
            .getSubimage(x, y, side, side)
            .getScaledInstance(SIDE_PX, SIDE_PX, Image.SCALE_AREA_AVERAGING),
        0,
        0,
        null);
    graphics.dispose();
    return square;
  }

  /** Share of the channels' values that are the smallest or the largest there is. */
  private static double clippedShare(BufferedImage picture) {
    long clipped = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        for (int shift = 0; shift < 24; shift += 8) {
          int value = picture.getRGB(x, y) >> shift & 0xFF;
          clipped += value == 0 || value == 255 ? 1 : 0;
        }
      }
    }
    return clipped / (3.0 * picture.getWidth() * picture.getHeight());
  }

  /** Mean absolute difference of the tiles' mean channels, 0 to 255. */
  private static double meanDifference(BufferedImage a, BufferedImage b) {
    double sum = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      double[] differences = new double[TILES * TILES];
      for (int i = 0; i < SIDE_PX * SIDE_PX; i++) {
        int x = i % SIDE_PX;
        int y = i / SIDE_PX;
        differences[y * TILES / SIDE_PX * TILES + x * TILES / SIDE_PX] +=
            (a.getRGB(x, y) >> shift & 0xFF) - (b.getRGB(x, y) >> shift & 0xFF);
      }
      for (double difference : differences) {
        sum += Math.abs(difference);
      }
    }
    return sum / (3.0 * SIDE_PX * SIDE_PX);
  }

  private static Outcome<CleanedPair> outcome(CleaningPlan plan, byte[] file) {
    ReceivedCaption caption = new ReceivedCaption("A picture that may be damaged", "en");
    return plan.gate(new SubmittedPair(new EncodedImage(file), caption, Map.of()))
        .then(plan::clean);
  }

  private static Optional<byte[]> prepared(CleaningPlan plan, byte[] file) {
    return outcome(plan, file).keptOnly().stream()
        .findFirst()
        .map(pair -> pair.image().picture().encoded().bytes());
  }

  private void count(String outcome) {
    outcomes.computeIfAbsent(outcome, key -> new LongAdder()).increment();
  }

  private void keep(long number, String what, byte[] file) throws IOException {
    Files.createDirectories(findings);
    Files.write(findings.resolve(what + "-" + seed + "-" + number), file);
  }

  private long unanswered() {
    long answered = outcomes.values().stream().mapToLong(LongAdder::sum).sum();
    return inputs - answered - faults.sum();
  }

  private void print(double seconds) {
    ObjectNode result = new JsonMapper().createObjectNode();
    result.put("inputs", inputs).put("seed", seed).put("seconds", Math.round(seconds));
    result.put("unanswered", unanswered()).put("faults", faults.sum());
    result.put("wrong_pictures", wrongPictures.sum()).put("compared", compared.sum());
    result.put("beyond_rgb", beyondRgb.sum());
    result.put("good_files_disturbed", disturbed.sum());
    Map<String, Long> counts = new TreeMap<>();
    outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
    ObjectNode byOutcome = result.putObject("outcomes");
    counts.forEach(byOutcome::put);
    System.out.println(json ? result.toString() : result.toPrettyString());
  }
}
