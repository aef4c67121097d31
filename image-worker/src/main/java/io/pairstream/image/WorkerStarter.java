package io.pairstream.image;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.Geometry;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.ConfinedProcess.Reply;
import io.pairstream.image.sandbox.Confinement;
import java.security.SecureRandom;
import java.time.Duration;
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

  /** Who decodes what in the worker that started last, in words. */
  String codecs() {
    return codecs;
  }

  /**
   * A worker that has prepared a picture that is known to be good.
   *
   * @throws ImageWorkerUnavailableException with the reason where there is none
   */
  WorkerProcess start() {
    ImageWindow window = confinement.window();
    WorkerProcess worker = new WorkerProcess(confinement.start(window, List.of()), window);
    try {
      codecs = worker.process().greet(startLimit).lines().reduce("", (a, b) -> b);
      Reply<Answer> reply = worker.ask(tokens.nextLong(), SELF_TEST, good(), startLimit);
      String failure =
          reply
              .answer()
              .outcome()
              .fold(
                  prepared -> isGood(prepared) ? reply.words() : "wrong pixels", Rejection::detail);
      if (failure.isBlank()) {
        return worker;
      }
      worker.process().kill();
      throw new ImageWorkerUnavailableException(
          NOT_STARTED + "it cannot decode a picture that is known to be good: " + failure);
    } catch (LostException e) {
      throw new ImageWorkerUnavailableException(NOT_STARTED + e.getMessage(), e);
    }
  }

  /** The test picture. */
  private static ImageToPrepare good() {
    byte[] file = ClassPathFile.bytes(WorkerStarter.class, "self-test.jpg");
    return ImageToPrepare.whole(new ProbeImage().apply(new EncodedImage(file)).keptOnly().get(0));
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
