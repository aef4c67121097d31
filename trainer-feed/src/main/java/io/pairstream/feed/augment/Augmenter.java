package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Carries out a plan in one epoch. What becomes of a picture depends on its pixels, its pair id,
 * the plan and the epoch alone: on no other picture, no thread and no batch. Thread-safe.
 */
public final class Augmenter {

  private final AugmentationPlan plan;
  private final long epoch;
  private final Warp warp;
  private final int[] noiseSteps;

  /**
   * For one epoch.
   *
   * @param epoch from 0
   */
  public Augmenter(AugmentationPlan plan, long epoch) {
    this.plan = plan;
    this.epoch = epoch;
    this.warp = new Warp(plan.border());
    this.noiseSteps = plan.noise().steps();
  }

  /** Changes a picture. */
  public void apply(String pairId, Picture picture) {
    if (!plan.hasNoGeometry()) {
      warp.apply(geometry(pairId, picture.widthPx(), picture.heightPx()), picture);
    }
    if (!plan.colour().isOff()) {
      plan.colour().apply(random(pairId, ColourJitter.NAME), picture);
    }
    if (!plan.blur().isOff()) {
      plan.blur().apply(random(pairId, Blur.NAME), picture);
    }
    if (!plan.noise().isOff()) {
      Noise.apply(random(pairId, Noise.NAME), noiseSteps, picture);
    }
  }

  /** From places in the result to places in the picture: hence the last operation comes first. */
  private Affine geometry(String pairId, int widthPx, int heightPx) {
    Affine map = Affine.IDENTITY;
    if (!plan.scaling().isOff()) {
      map = map.then(plan.scaling().draw(random(pairId, Scaling.NAME), widthPx, heightPx));
    }
    if (!plan.rotation().isOff()) {
      map = map.then(plan.rotation().draw(random(pairId, Rotation.NAME), widthPx, heightPx));
    }
    if (!plan.flip().isOff()) {
      map = map.then(plan.flip().draw(random(pairId, Flip.NAME), widthPx));
    }
    if (!plan.crop().isOff()) {
      map = map.then(plan.crop().draw(random(pairId, Crop.NAME), widthPx, heightPx));
    }
    return map;
  }

  private RandomNumbers random(String pairId, String operation) {
    return RandomNumbers.of(pairId, epoch, plan.seed(), operation);
  }
}
