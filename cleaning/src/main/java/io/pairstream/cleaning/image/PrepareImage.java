package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;

/**
 * Makes the pixels that the trainer sees, by way of an image worker.
 *
 * <p>Rejects: what {@link ImageWorker} rejects.
 */
public final class PrepareImage implements Step<ImageToPrepare, PreparedImage> {

  private final ImageWorker worker;
  private final ImagePlan plan;

  public PrepareImage(ImageWorker worker, ImagePlan plan) {
    this.worker = worker;
    this.plan = plan;
  }

  @Override
  public Outcome<PreparedImage> apply(ImageToPrepare image) {
    return worker.prepare(image, plan);
  }
}
