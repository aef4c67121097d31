package io.pairstream.cli.recipe;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;

/** Image workers of a command that judges pairs. */
public final class PlanWorkers {

  private PlanWorkers() {}

  /** Starts image workers, once the models that the plans need have answered. */
  public static ImageWorkerPool start(int threads, CleaningPlan... plans) {
    ImageWorkerPool workers =
        new ImageWorkerPool(
            WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads));
    try {
      for (CleaningPlan plan : plans) {
        if (!plan.pictures().scores().isEmpty()) {
          workers.rehearse(plan.pictures());
        }
      }
      return workers;
    } catch (RuntimeException e) {
      workers.close();
      throw e;
    }
  }
}
