package io.pairstream.image;

import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.ModelScore;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.WorkerProcess.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Starts workers in the sandbox that this system offers, and has them prove themselves. */
final class WorkerStarter implements AutoCloseable {

  /** Shorter than any sensible deadline. */
  private static final long TICK_MILLIS = 500;

  private static final String MODELS_UNUSABLE = "no worker can use the recipe's models: ";
  private static final String NOT_STARTED = "no worker can be started: ";

  private final WorkerSettings settings;
  private final Path directory;

  /** Empty until this system has answered what it offers; no worker starts before. */
  private volatile Optional<Sandbox> sandbox = Optional.empty();

  private volatile String codecs = "not known before a worker has started";
  private final SelfTest selfTest = new SelfTest();
  private final SecureRandom tokens = new SecureRandom();
  private final ScheduledThreadPoolExecutor clock;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(task -> daemon(task, "image-worker-starter"));

  /**
   * Tries out which protections this system offers; where a trial does not end, they are tried
   * again before a worker starts.
   *
   * @throws UncheckedIOException if there is no place for temporary files
   */
  WorkerStarter(WorkerSettings settings) {
    this.settings = settings;
    try {
      directory = Files.createTempDirectory("pairstream-worker");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      probed();
    } catch (IOException e) {
      // Whoever needs a worker tries again, and is told.
    }
    clock = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "image-worker-deadlines"));
    clock.setRemoveOnCancelPolicy(true);
    // While something is due sooner, a new deadline does not wake the clock's thread.
    Future<?> unused =
        clock.scheduleWithFixedDelay(() -> {}, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What holds workers back, in words. */
  String sandbox() {
    return sandbox.map(Sandbox::inWords).orElse("not known; no worker starts before it is");
  }

  /** What this system does not offer of what holds workers back, and why; empty where all is. */
  String missing() {
    return sandbox.map(Sandbox::missing).orElse("");
  }

  /** Who decodes what in the worker that started last, in words. */
  String codecs() {
    return codecs;
  }

  /**
   * @throws ImageWorkerUnavailableException where this system lacks a protection, or nobody knows
   */
  void requireSandbox() {
    String missing;
    try {
      missing = probed().missing();
    } catch (IOException e) {
      missing = "an answer: " + e.getMessage();
    }
    if (!missing.isEmpty()) {
      throw new ImageWorkerUnavailableException(
          "a sandbox for image workers is required, and here it lacks " + missing);
    }
  }

  private synchronized Sandbox probed() throws IOException {
    if (sandbox.isEmpty()) {
      sandbox = Optional.of(Sandbox.probe(settings, directory, Sandbox.Launcher.values()));
    }
    return sandbox.orElseThrow();
  }

  /**
   * Starts a worker that may read the models; {@link #prove} waits for it.
   *
   * @throws ImageWorkerUnavailableException with the reason where none can be started
   */
  WorkerProcess launch(List<ModelScore> scores) {
    if (settings.sandboxRequired()) {
      requireSandbox();
    }
    scores.forEach(WorkerStarter::refuseExchanged);
    List<Path> files = scores.stream().map(score -> Path.of(score.model())).toList();
    try {
      return WorkerProcess.launch(
          settings, probed(), directory, tokens.nextLong(), files, starter, clock);
    } catch (IOException e) {
      throw new ImageWorkerUnavailableException(NOT_STARTED + e.getMessage(), e);
    }
  }

  /** Here rather than in the worker, whose virtual machine hashes a hundred times more slowly. */
  private static void refuseExchanged(ModelScore score) {
    try {
      if (!NamedFile.sha256(Path.of(score.model())).equals(score.sha256())) {
        throw new ImageWorkerUnavailableException(
            MODELS_UNUSABLE
                + "the model of scores."
                + score.name()
                + " has changed since the recipe was read");
      }
    } catch (IOException e) {
      throw new ImageWorkerUnavailableException(
          MODELS_UNUSABLE + Complaints.presentable("a model cannot be read: " + e.getMessage()), e);
    }
  }

  /**
   * Has a worker load the models, which none does later, and prepare the picture that is known to
   * be good. A model that fails here is no image's fault.
   *
   * @throws ImageWorkerUnavailableException where it cannot; the worker is dead then
   */
  void prove(WorkerProcess worker, List<ModelScore> scores) {
    boolean greeted = false;
    try {
      codecs = worker.greet(settings.startLimit()).lines().reduce("", (a, b) -> b);
      greeted = true;
      Reply reply =
          worker.ask(
              tokens.nextLong(),
              selfTest.plan().withScores(scores),
              selfTest.picture(scores),
              settings.startLimit());
      String failure =
          reply
              .answer()
              .outcome()
              .fold(
                  prepared -> selfTest.isPassedBy(prepared) ? reply.words() : "wrong pixels",
                  Rejection::detail);
      if (!failure.isBlank()) {
        worker.kill();
        throw new WorkerLostException(
            "it cannot decode a picture that is known to be good: " + failure, false, null);
      }
    } catch (WorkerLostException e) {
      throw new ImageWorkerUnavailableException(
          greeted && !scores.isEmpty()
              ? MODELS_UNUSABLE + Complaints.presentable(e.getMessage())
              : NOT_STARTED + e.getMessage(),
          e);
    }
  }

  /** Ends the clock and deletes the workers' files; the workers are dead. */
  @Override
  public void close() {
    clock.shutdownNow();
    starter.shutdownNow();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      directory.toFile().deleteOnExit();
    }
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
