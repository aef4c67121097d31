package io.pairstream.chaos.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operations.PatientClients;
import io.pairstream.service.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A trainer that is killed again and again while it reads a view, and goes on from its checkpoint
 * each time. What it was handed must be what one that nobody disturbs is handed, in that order.
 *
 * <p>Its checkpoint is the position that the feed writes behind each batch. What it was handed
 * after its last checkpoint is lost with it, as a model's steps are, and comes again. Every other
 * time it is killed in the middle of writing one, and half a position is left where it wrote.
 */
final class HurtTrainer implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

  /** Of the unbroken run, which nobody starts again: nothing is hurt then, all is waited for. */
  private static final String PATIENCE = PatientClients.KAFKA_LINES + PatientClients.REGISTRY_LINES;

  private static final int MOST_FAILURES = 50;

  /** Before what ended by itself is started again, as whoever looks after a trainer waits. */
  private static final Duration BEFORE_ANOTHER = Duration.ofSeconds(5);

  private final TrainerProgram program;
  private final Path view;
  private final Path checkpoint;
  private final Plan plan;
  private final SplittableRandom random;
  private final Thread thread = new Thread(this::train, "trainer");
  private final List<Batch> handed = new ArrayList<>();
  private volatile Process feed;
  private volatile boolean stopped;
  private volatile Optional<String> failure = Optional.empty();
  private int kills;
  private int killsInCheckpoint;
  private int failures;

  /**
   * What it does.
   *
   * @param sidePx of the recipe's pictures
   * @param batchSize samples; a multiple of 4
   * @param kills how often it is killed
   * @param pause after each batch, for the step that a real one would make
   */
  record Plan(int sidePx, int batchSize, int kills, Duration pause) {}

  /** A batch that was handed out: the samples, and the position behind it. */
  private record Batch(List<String> pairIds, JsonNode position) {}

  /**
   * What came of it.
   *
   * @param batches that the trainer kept, over all its lives
   * @param failures how often the feed ended by itself before the end
   * @param difference empty where the samples were those of an unbroken run
   */
  record Result(
      int batches,
      int samples,
      int kills,
      int killsInCheckpoint,
      int failures,
      Optional<String> difference) {

    String inWords() {
      return "%d batches, %d samples, %d kills, %d of them while it wrote its checkpoint%s; %s"
          .formatted(
              batches,
              samples,
              kills,
              killsInCheckpoint,
              failures == 0 ? "" : ", ended by itself " + failures + " times",
              difference.orElse("the same samples in the same order as an unbroken run"));
    }
  }

  /** A trainer over all that the training split holds at {@link #start}. */
  HurtTrainer(Cluster cluster, Path folder, Plan plan, long seed) {
    this.program = new TrainerProgram(cluster, folder);
    this.plan = plan;
    this.view = folder.resolve("trained.view.json");
    this.checkpoint = folder.resolve("position.json");
    this.random = new SplittableRandom(seed);
  }

  /** Cuts the view and begins to train. */
  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private void train() {
    try {
      cutView();
      boolean ended = false;
      while (!ended && !stopped) {
        ended = live();
      }
    } catch (IOException | RuntimeException e) {
      failure = Optional.of("the trainer could not go on: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void cutView() throws IOException, InterruptedException {
    while (!stopped) {
      Process cut = program.start(List.of("view", "cut", view.toString()));
      feed = cut;
      cut.getInputStream().readAllBytes();
      if (cut.waitFor() == 0) {
        return;
      }
      failed("view cut");
    }
  }

  /** From one start to the next end; answers whether the epoch is over. */
  private boolean live() throws IOException, InterruptedException {
    backToCheckpoint();
    Files.deleteIfExists(beside());
    boolean isKilled = kills < plan.kills();
    if (isKilled && kills % 2 == 1) {
      return liveUntilItWrites();
    }
    int batches = isKilled ? 2 + random.nextInt(8) : Integer.MAX_VALUE;
    Process process = program.start(arguments(Optional.of(checkpoint)));
    feed = process;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line;
      for (int taken = 0; taken < batches && (line = lines.readLine()) != null; taken++) {
        handed.add(batch(line));
        TimeUnit.NANOSECONDS.sleep(plan.pause().toNanos());
      }
      if (isKilled && process.isAlive()) {
        kill(process, lines);
        return false;
      }
      // It ran ahead and ended by itself: what it handed out still is in the pipe.
      lines.lines().map(HurtTrainer::batch).forEach(handed::add);
    }
    if (process.waitFor() != 0 && !stopped) {
      failed("feed");
      return false;
    }
    return true;
  }

  /**
   * One life that ends in the middle of writing its first checkpoint; answers whether the epoch was
   * over before.
   */
  private boolean liveUntilItWrites() throws IOException, InterruptedException {
    try (StuckFile stuck = StuckFile.at(beside())) {
      Process process = program.start(arguments(Optional.of(checkpoint)));
      feed = process;
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        while (process.isAlive() && !stuck.isOpenedBy(process.pid())) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        if (!process.isAlive()) {
          if (process.waitFor() == 0) {
            lines.lines().map(HurtTrainer::batch).forEach(handed::add);
            return true;
          }
          failed("feed");
          return false;
        }
        kill(process, lines);
        killsInCheckpoint++;
      }
    }
    String position = handed.get(handed.size() - 1).position().toString();
    Files.writeString(beside(), position.substring(0, position.length() / 2));
    return false;
  }

  private void kill(Process process, BufferedReader lines) throws InterruptedException {
    // By its handle, since Process itself would close the pipe, in which batches still are that
    // were handed out.
    boolean unused = process.toHandle().destroyForcibly();
    process.waitFor();
    kills++;
    lines.lines().map(HurtTrainer::batch).forEach(handed::add);
  }

  /** Where the feed writes a position before it takes the checkpoint's name. */
  private Path beside() {
    return checkpoint.resolveSibling(checkpoint.getFileName() + ".new");
  }

  private void failed(String command) throws InterruptedException {
    failures++;
    if (failures > MOST_FAILURES) {
      throw new IllegalStateException(command + " ended by itself again and again: " + lastWords());
    }
    TimeUnit.NANOSECONDS.sleep(BEFORE_ANOTHER.toNanos());
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(program.log());
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What was handed out behind the checkpoint is forgotten, and comes again. */
  private void backToCheckpoint() throws IOException {
    if (!Files.exists(checkpoint)) {
      handed.clear();
      return;
    }
    JsonNode position = JSON.readTree(Files.readString(checkpoint));
    int last = handed.size() - 1;
    while (last >= 0 && !handed.get(last).position().equals(position)) {
      last--;
    }
    if (last < 0) {
      throw new IllegalStateException(
          "its checkpoint is behind no batch it was handed: " + position);
    }
    handed.subList(last + 1, handed.size()).clear();
  }

  private List<String> arguments(Optional<Path> position) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "feed",
                "--json",
                "--view",
                view.toString(),
                "--seed",
                "7",
                "--epochs",
                "1",
                "--lanes",
                "4",
                "--window",
                "64",
                "--batch-size",
                String.valueOf(plan.batchSize()),
                "--side-px",
                String.valueOf(plan.sidePx())));
    position.ifPresent(file -> arguments.addAll(List.of("--position-file", file.toString())));
    return arguments;
  }

  private static Batch batch(String line) {
    try {
      JsonNode batch = JSON.readTree(line);
      List<String> pairIds = new ArrayList<>();
      batch.required("pair_ids").forEach(id -> pairIds.add(id.textValue()));
      return new Batch(pairIds, batch.required("position"));
    } catch (IOException e) {
      throw new IllegalStateException("the feed said what is no batch: " + line, e);
    }
  }

  /** Waits for its end, trains once more without disturbance, and compares. */
  Result finish(Duration limit) throws IOException, InterruptedException {
    thread.join(limit.toMillis());
    if (thread.isAlive()) {
      failure =
          Optional.of("the trainer has not come to its end within " + limit.toSeconds() + " s");
      close();
    }
    return new Result(
        handed.size(),
        samples(),
        kills,
        killsInCheckpoint,
        failures,
        failure.isPresent() ? failure : difference(limit));
  }

  private int samples() {
    return handed.stream().mapToInt(batch -> batch.pairIds().size()).sum();
  }

  private Optional<String> difference(Duration limit) throws IOException, InterruptedException {
    Path patience = Files.writeString(checkpoint.resolveSibling("patience.properties"), PATIENCE);
    List<String> arguments = arguments(Optional.empty());
    arguments.addAll(List.of("--config", patience.toString()));
    Process unbroken = program.start(arguments);
    feed = unbroken;
    // A feed that hangs is ended, for nobody who waits for its next line can be interrupted.
    var unused =
        unbroken
            .onExit()
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(
                late -> {
                  unbroken.destroyForcibly();
                  return unbroken;
                });
    int number = 0;
    try (BufferedReader lines = unbroken.inputReader(StandardCharsets.UTF_8)) {
      String line;
      while ((line = lines.readLine()) != null) {
        List<String> expected = batch(line).pairIds();
        if (number >= handed.size()) {
          unbroken.destroyForcibly();
          return Optional.of(
              "the trainer got " + handed.size() + " batches, an unbroken run gets more");
        }
        List<String> found = handed.get(number).pairIds();
        if (!found.equals(expected)) {
          unbroken.destroyForcibly();
          return Optional.of(
              "batch " + number + " was " + found + ", in an unbroken run it is " + expected);
        }
        number++;
      }
    }
    if (unbroken.waitFor() != 0) {
      return Optional.of("the unbroken run did not come to its end: " + lastWords());
    }
    return number == handed.size() && number > 0
        ? Optional.empty()
        : Optional.of(
            "the trainer got " + handed.size() + " batches, an unbroken run gets " + number);
  }

  @Override
  public void close() {
    stopped = true;
    Process last = feed;
    if (last != null) {
      last.destroyForcibly();
    }
    try {
      thread.join(ENDS_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
