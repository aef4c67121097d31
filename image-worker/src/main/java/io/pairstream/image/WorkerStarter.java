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
import io.pairstream.image.ConfinedProcess.LostException;
import io.pairstream.image.ConfinedProcess.Reply;
import io.pairstream.image.Sandbox.Launcher;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Starts workers and has them prove themselves. */
final class WorkerStarter {

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

  private final Confinement confinement;
  private final Duration startLimit;
  private final SecureRandom tokens = new SecureRandom();
  private volatile String codecs = "not known before a worker has started";

  /**
   * @param startLimit processor time that a worker may take to start, and again to prove itself
   */
  WorkerStarter(Duration startLimit, Confinement confinement) {
    this.startLimit = startLimit;
    this.confinement = confinement;
  }

  /** Confinement of workers of pictures. */
  static Confinement confinement(WorkerSettings settings, Launcher... launchers) {
    return new Confinement(settings, Sandbox.WORKER, Sandbox.PICTURE_MEMORY_BYTES, launchers);
  }

  /** Who decodes what in the worker that started last, in words. */
  String codecs() {
    return codecs;
  }

  /**
   * A worker that has loaded the models, which none does later, and prepared a picture that is
   * known to be good. A model that fails here is no image's fault.
   *
   * @throws ImageWorkerUnavailableException with the reason where there is none
   */
  WorkerProcess start(List<ModelScore> scores) {
    scores.forEach(WorkerStarter::refuseExchanged);
    List<Path> files = scores.stream().map(score -> Path.of(score.model())).toList();
    ImageWindow window = confinement.window();
    WorkerProcess worker = new WorkerProcess(confinement.start(window, files), window);
    try {
      prove(worker, scores);
      return worker;
    } catch (ImageWorkerUnavailableException e) {
      confinement.forget(worker.process());
      throw e;
    }
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
      codecs = worker.process().greet(startLimit).lines().reduce("", (a, b) -> b);
      greeted = true;
      Reply<Answer> reply =
          worker.ask(tokens.nextLong(), SELF_TEST.withScores(scores), good(scores), startLimit);
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
}
