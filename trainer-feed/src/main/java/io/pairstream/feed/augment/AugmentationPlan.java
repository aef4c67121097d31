package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Which random changes a training run makes to its pictures. Immutable.
 *
 * <p>In this order: {@link Crop}, {@link Flip}, {@link Rotation}, {@link Scaling} - all four in one
 * resampling, see {@link Warp} -, {@link ColourJitter}, {@link Blur}, {@link Noise}. Each draws its
 * numbers apart, see {@link RandomNumbers}: switching one on changes nothing of the others. The
 * operations' names there are crop, flip, rotate, scale, colour, blur and noise.
 *
 * @param seed of the training run
 * @param border what shows beyond the edges of turned and shrunk pictures
 */
public record AugmentationPlan(
    long seed,
    Crop crop,
    Flip flip,
    Rotation rotation,
    Scaling scaling,
    Border border,
    ColourJitter colour,
    Blur blur,
    Noise noise) {

  /** Changes nothing, and costs nothing. */
  public static final AugmentationPlan NONE =
      new AugmentationPlan(
          0,
          Crop.OFF,
          Flip.OFF,
          Rotation.OFF,
          Scaling.OFF,
          Border.REFLECTED,
          ColourJitter.OFF,
          Blur.OFF,
          Noise.OFF);

  /** Whether the plan changes no picture at all. */
  public boolean isNone() {
    return hasNoGeometry() && colour.isOff() && blur.isOff() && noise.isOff();
  }

  boolean hasNoGeometry() {
    return crop.isOff() && flip.isOff() && rotation.isOff() && scaling.isOff();
  }
}
