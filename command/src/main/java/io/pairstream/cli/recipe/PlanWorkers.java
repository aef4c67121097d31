package io.pairstream.cli.recipe;

import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.platform.AppLayout;

/** Image workers of a command that judges pairs. */
public final class PlanWorkers {

  private PlanWorkers() {}

  /** Image workers, of which none has started yet. */
  public static ImageWorkerPool start(int threads) {
    return new ImageWorkerPool(
        WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads));
  }
}
