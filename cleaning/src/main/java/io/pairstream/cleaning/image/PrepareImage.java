package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;

/**
 * Makes the pixels that the trainer sees, by way of an image worker.
 *
 * <p>Rejects: what {@link ImageWorker} rejects.
 */
public final class PrepareImage implements Step<ProbedImage, PreparedImage> {

  private final ImageWorker worker;
  private final ImageTarget target;

  public PrepareImage(ImageWorker worker, ImageTarget target) {
    this.worker = worker;
    this.target = target;
  }

  @Override
  public Outcome<PreparedImage> apply(ProbedImage image) {
    return worker.prepare(image, target);
  }
}
