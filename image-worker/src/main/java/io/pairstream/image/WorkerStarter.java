package io.pairstream.image;

import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.Geometry;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.ModelScore;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.Sandbox.Launcher;
import io.pairstream.image.WorkerProcess.LostException;
import io.pairstream.image.WorkerProcess.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Starts workers in the sandbox that this system offers, and has them prove themselves. */
final class WorkerStarter implements AutoCloseable {

  /** Side of the picture that is known to be good: left half black, right half white, as JPEG. */
  private static final int SIDE_PX = 16;

  /** How far a grey level may be off, of 255; JPEG rounds. */
  private static final int TOLERANCE = 16;

  private static final ImagePlan SELF_TEST =
      ImagePlan.of(
          new PictureOutput(
              Geometry.square(SIDE_PX), ImageEncoding.RAW, 95, ChromaSubsampling.HALVED));

  private static final String MODELS_UNUSABLE = "no worker can use the recipe's models: ";
  private static final String NOT_STARTED = "no worker can be started: ";

  private final WorkerSettings settings;
  private final Launcher[] launchers;
  private final Path directory;

  /** Null until this system's measures have been tried out; no worker starts before. */
  private volatile Sandbox sandbox;

  private volatile String codecs = "not known before a worker has started";
  private final SecureRandom tokens = new SecureRandom();
  private final Set<WorkerProcess> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(task -> daemon(task, "image-worker-starter"));

  /**
   * Tries out which protections this system offers; where a trial does not end, they are tried
   * again before a worker starts.
   *
   * @param launchers the outer walls that may be used, best first
   * @throws UncheckedIOException if there is no place for temporary files
   */
  WorkerStarter(WorkerSettings settings, Launcher... launchers) {
    this.settings = settings;
    this.launchers = launchers;
    try {
      directory = Files.createTempDirectory("pairstream-worker");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      probed();
    } catch (IOException e) {
      // The next caller that needs a worker tries again, and reports.
    }
  }

  /** Description of the workers' sandbox. */
  String sandbox() {
    return sandbox == null ? "not known; no worker starts before it is" : sandbox.inWords();
  }

  /** Parts of the sandbox that this system does not offer, and why; empty where all are offered. */
  String missing() {
    return sandbox == null ? "" : sandbox.missing();
  }

  /** Who decodes what in the worker that started last, in words. */
  String codecs() {
    return codecs;
  }

  /**
   * @throws ImageWorkerUnavailableException where this system lacks a protection, or that is
   *     unknown
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
    if (sandbox == null) {
      sandbox = Sandbox.probe(settings, directory, launchers);
    }
    return sandbox;
  }

  /**
   * A worker that has loaded the models, which none does later, and prepared a picture that is
   * known to be good. A model that fails here is no image's fault.
   *
   * @throws ImageWorkerUnavailableException with the reason where there is none
   */
  WorkerProcess start(List<ModelScore> scores) {
    if (settings.sandboxRequired()) {
      requireSandbox();
    }
    scores.forEach(WorkerStarter::refuseExchanged);
    List<Path> files = scores.stream().map(score -> Path.of(score.model())).toList();
    WorkerProcess worker;
    try {
      worker =
          WorkerProcess.launch(settings, probed(), directory, tokens.nextLong(), files, starter);
    } catch (IOException e) {
      throw new ImageWorkerUnavailableException(NOT_STARTED + e.getMessage(), e);
    }
    running.add(worker);
    if (closed) {
      forget(worker);
      throw new ImageWorkerUnavailableException("the pool is closed");
    }
    try {
      prove(worker, scores);
      return worker;
    } catch (ImageWorkerUnavailableException e) {
      forget(worker);
      throw e;
    }
  }

  /** Ends a worker that is not used any more. */
  void forget(WorkerProcess worker) {
    worker.kill();
    running.remove(worker);
  }

  /** Has every worker end once its image, if it has one, is answered. */
  void retireAll() {
    running.forEach(WorkerProcess::retire);
  }

  /** Process ids of the workers that are running. */
  List<Long> pids() {
    return running.stream()
        .filter(WorkerProcess::isAlive)
        .map(worker -> worker.handle().pid())
        .toList();
  }

  /**
   * Compares the model's file with its digest: here rather than in the worker, whose virtual
   * machine hashes a hundred times more slowly.
   */
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

  private void prove(WorkerProcess worker, List<ModelScore> scores) {
    boolean greeted = false;
    try {
      codecs = worker.greet(settings.startLimit()).lines().reduce("", (a, b) -> b);
      greeted = true;
      Reply reply =
          worker.ask(
              tokens.nextLong(), SELF_TEST.withScores(scores), good(scores), settings.startLimit());
      String failure =
          reply
              .answer()
              .outcome()
              .fold(
                  prepared -> isGood(prepared) ? reply.words() : "wrong pixels", Rejection::detail);
      if (!failure.isBlank()) {
        throw new LostException(
            "it cannot decode a picture that is known to be good: " + failure, false, false, null);
      }
    } catch (LostException e) {
      throw new ImageWorkerUnavailableException(
          greeted && !scores.isEmpty()
              ? MODELS_UNUSABLE + Complaints.presentable(e.getMessage())
              : NOT_STARTED + e.getMessage(),
          e);
    }
  }

  /** The test picture, with as many token ids as the models look at. */
  private static ImageToPrepare good(List<ModelScore> scores) {
    try (InputStream in = WorkerStarter.class.getResourceAsStream("self-test.jpg")) {
      ProbedImage picture =
          new ProbedImage(
              new EncodedImage(in.readAllBytes()),
              ImageType.JPEG,
              SIDE_PX,
              SIDE_PX,
              8,
              ProbedImage.ColourModel.RGB,
              false);
      int ids = scores.stream().mapToInt(ModelScore::tokens).max().orElse(0);
      return new ImageToPrepare(
          picture, ImageToPrepare.whole(picture).cropBox(), Collections.nCopies(ids, 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isGood(PreparedImage prepared) {
    byte[] pixels = prepared.picture().encoded().bytes();
    return pixels.length == SIDE_PX * SIDE_PX * 3
        && IntStream.range(0, pixels.length)
            .allMatch(
                i ->
                    Math.abs((pixels[i] & 0xFF) - (i / 3 % SIDE_PX < SIDE_PX / 2 ? 0 : 255))
                        <= TOLERANCE);
  }

  /** Ends all workers, those at work too, and deletes their files. */
  @Override
  public void close() {
    closed = true;
    running.forEach(this::forget);
    starter.shutdown(); // not shutdownNow, which forgets a start that somebody waits for
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
