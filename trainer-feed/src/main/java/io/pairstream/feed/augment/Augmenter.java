package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Carries out a plan. What becomes of a picture depends on its pixels, its pair id, the plan and
 * the epoch alone: on no other picture, no thread and no batch. Thread-safe.
 */
public final class Augmenter {

  private final AugmentationPlan plan;
  private final Warp warp;
  private final int[] noiseSteps;

  public Augmenter(AugmentationPlan plan) {
    this.plan = plan;
    this.warp = new Warp(plan.border());
    this.noiseSteps = plan.noise().steps();
  }

  /**
   * Changes a picture.
   *
   * @param epoch which pass over the data this is, from 0
   */
  public void apply(String pairId, long epoch, Picture picture) {
    if (!plan.hasNoGeometry()) {
      warp.apply(geometry(pairId, epoch, picture.widthPx(), picture.heightPx()), picture);
    }
    if (!plan.colour().isOff()) {
      plan.colour().apply(random(pairId, epoch, ColourJitter.NAME), picture);
    }
    if (!plan.blur().isOff()) {
      plan.blur().apply(random(pairId, epoch, Blur.NAME), picture);
    }
    if (!plan.noise().isOff()) {
      Noise.apply(random(pairId, epoch, Noise.NAME), noiseSteps, picture);
    }
  }

  /** From places in the result to places in the picture: hence the last operation comes first. */
  private Affine geometry(String pairId, long epoch, int widthPx, int heightPx) {
    Affine map = Affine.IDENTITY;
    if (!plan.scaling().isOff()) {
      map = map.then(plan.scaling().draw(random(pairId, epoch, Scaling.NAME), widthPx, heightPx));
    }
    if (!plan.rotation().isOff()) {
      map = map.then(plan.rotation().draw(random(pairId, epoch, Rotation.NAME), widthPx, heightPx));
    }
    if (!plan.flip().isOff()) {
      map = map.then(plan.flip().draw(random(pairId, epoch, Flip.NAME), widthPx));
    }
    if (!plan.crop().isOff()) {
      map = map.then(plan.crop().draw(random(pairId, epoch, Crop.NAME), widthPx, heightPx));
    }
    return map;
  }

  private RandomNumbers random(String pairId, long epoch, String operation) {
    return RandomNumbers.of(pairId, epoch, plan.seed(), operation);
  }
}
