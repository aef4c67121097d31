package io.pairstream.benchmarks.compare;

import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import java.io.IOException;
import java.nio.file.Path;

/** Our cleaning as the service runs it: the pixels in worker processes. */
final class ThroughWorkers {

  private ThroughWorkers() {}

  /** Arguments: class path of the workers, list of files. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (ImageWorkerPool pool = new ImageWorkerPool(WorkerSettings.of(arguments[0], 2))) {
      ContenderMain.serve(pool, "Pairstream", "gate, then ImageWorkerPool", Path.of(arguments[1]));
    }
  }
}
