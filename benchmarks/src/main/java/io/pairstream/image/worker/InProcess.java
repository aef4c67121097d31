package io.pairstream.image.worker;

import io.pairstream.benchmarks.compare.ContenderMain;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageTarget;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.image.protocol.PixelFormat;
import io.pairstream.image.protocol.WorkerAnswer;
import io.pairstream.image.protocol.WorkerRequest;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a worker process does, without the crossing: for measuring only, never for pictures of
 * strangers. It lies in the worker's package because nothing outside of it may decode.
 */
final class InProcess implements ImageWorker {

  private final ThreadLocal<ImagePreparer> preparers = ThreadLocal.withInitial(ImagePreparer::new);

  /** Argument: list of files. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ContenderMain.serve(
        new InProcess(), "Pairstream", "gate, then the worker's own code", Path.of(arguments[0]));
  }

  @Override
  public Outcome<PreparedImage> prepare(ProbedImage image, ImageTarget target) {
    WorkerAnswer answer =
        preparers
            .get()
            .prepare(
                new WorkerRequest(
                    0,
                    target.sidePx(),
                    PixelFormat.valueOf(target.encoding().name()),
                    target.jpegQuality(),
                    image.widthPx(),
                    image.heightPx(),
                    image.encoded().bytes()));
    if (!answer.isPrepared()) {
      return Outcome.rejected(RejectReason.IMAGE_DAMAGED, answer.reason());
    }
    return Outcome.kept(
        new PreparedImage(
            new EncodedImage(answer.result()),
            target.encoding(),
            target.sidePx(),
            target.sidePx(),
            answer.originalWidthPx(),
            answer.originalHeightPx(),
            answer.perceptualHash()));
  }
}
