package io.pairstream.doctor;

import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.utils.Utils;

/** Starts an image worker and has it prepare drawn pictures as a recipe asks. */
public final class WorkerCheck {

  /** Enough for each of the formats that pictures are drawn in. */
  private static final int PICTURES = 12;

  private WorkerCheck() {}

  public static List<Finding> run(WorkerSettings settings, ImagePlan plan) {
    try (ImageWorkerPool workers = new ImageWorkerPool(settings)) {
      long begin = System.nanoTime();
      workers.rehearse(plan);
      long startedMillis = millisSince(begin);
      begin = System.nanoTime();
      for (long index = 0; index < PICTURES; index++) {
        String failure = failure(workers, index, plan);
        if (!failure.isEmpty()) {
          return List.of(
              Finding.wrong(
                  Area.WORKER,
                  "worker",
                  "a drawn picture is not prepared: " + failure,
                  "all of them, within " + settings.deadline().toMillis() + " ms each",
                  "a longer --decode-deadline on a machine this slow; otherwise this build does not"
                      + " fit this system"));
        }
      }
      return List.of(
          Finding.ok(
              Area.WORKER,
              "worker",
              "at work after %d ms, %d drawn pictures in %d ms (%d ms each are allowed)"
                  .formatted(
                      startedMillis, PICTURES, millisSince(begin), settings.deadline().toMillis())),
          codecs(workers.codecs()),
          protection(workers.sandbox(), workers.missing()));
    } catch (ImageWorkerUnavailableException e) {
      return List.of(
          Finding.wrong(
              Area.WORKER,
              "worker",
              String.valueOf(e.getMessage()),
              "a worker that starts",
              "64-bit Linux or macOS, libraries that may be unpacked into "
                  + settings.nativesCache()
                  + ", and the models that the recipe names"));
    }
  }

  static Finding protection(String inForce, String missing) {
    return missing.isEmpty()
        ? Finding.ok(Area.WORKER, "protection", inForce)
        : Finding.warning(
            Area.WORKER,
            "protection",
            inForce,
            "all of it, which --require-sandbox asks for",
            "apt install bubblewrap, on Linux on x86-64 or aarch64, where namespaces are allowed");
  }

  static Finding codecs(String inWords) {
    return inWords.startsWith("JPEG by OpenCV")
        ? Finding.warning(
            Area.WORKER,
            "natives",
            inWords,
            "libturbojpeg 2.1.5 or newer",
            "apt-get install libturbojpeg0 (Ubuntu 24.04 calls it libturbojpeg)")
        : Finding.ok(Area.WORKER, "natives", inWords);
  }

  private static String failure(ImageWorkerPool workers, long index, ImagePlan plan) {
    ByteBuffer drawn = DrawnPairs.plain(1).at(index).pair().image();
    return new ProbeImage()
        .apply(new EncodedImage(Utils.toArray(drawn)))
        .then(probed -> workers.prepare(ImageToPrepare.whole(probed), plan.withScores(List.of())))
        .fold(prepared -> "", Rejection::detail);
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
