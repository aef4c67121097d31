package io.pairstream.image.worker;

import io.pairstream.benchmarks.ContenderMain;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.image.worker.pixels.ImagePreparer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A worker without a process of its own: for measuring only, never for pictures of strangers. It
 * lies in the worker's package because nothing outside of it may decode.
 */
final class InProcess implements ImageWorker {

  /**
   * A worker's own thread each, and one preparer per plan, since a worker keeps to its plan too.
   */
  private final ThreadLocal<Map<ImagePlan, ImagePreparer>> preparers =
      ThreadLocal.withInitial(HashMap::new);

  /** Argument: list of files. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ContenderMain.serve(
        new InProcess(), "Pairstream", "gate, then the worker's own code", Path.of(arguments[0]));
  }

  @Override
  public Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan) {
    return preparers.get().computeIfAbsent(plan, InProcess::following).prepare(image, null);
  }

  private static ImagePreparer following(ImagePlan plan) {
    ImagePreparer preparer = new ImagePreparer();
    preparer.follow(plan);
    return preparer;
  }
}
