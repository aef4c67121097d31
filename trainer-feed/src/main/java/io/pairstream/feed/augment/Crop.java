package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Cuts out a part and scales it to the picture's size.
 *
 * <p>Up to ten times two numbers are drawn: {@code share = between(minArea, maxArea)} and {@code
 * stretch = exp(between(ln minRatio, ln maxRatio))}. The part is {@code w = floor(width sqrt(share
 * stretch) + 0.5)} wide and {@code h = floor(height sqrt(share / stretch) + 0.5)} high; the first
 * that is at least one pixel and no larger than the picture is taken, and two more numbers place
 * it: {@code left = floor(next (width - w + 1))}, {@code top} likewise. Where none of the ten fits,
 * the picture stays whole. After <a
 * href="https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomResizedCrop.html">torchvision</a>,
 * but for the ratio, which is relative to the picture's own: a part of a wide picture stays wide.
 *
 * @param minArea smallest part of the picture's area, above 0
 * @param maxArea largest part, at most 1; 1 with minArea 1 and both ratios 1 switches it off
 * @param minRatio smallest width / height, relative to the picture's, from 0.1
 * @param maxRatio largest, at most 10
 */
public record Crop(double minArea, double maxArea, double minRatio, double maxRatio) {

  static final String NAME = "crop";
  private static final int ATTEMPTS = 10;

  /** Leaves pictures whole. */
  public static final Crop OFF = new Crop(1, 1, 1, 1);

  public Crop {
    Range.require("crop: smallest area", minArea, 0.001, 1);
    Range.require("crop: largest area", maxArea, 0.001, 1);
    Range.require("crop: smallest ratio", minRatio, 0.1, 10);
    Range.require("crop: largest ratio", maxRatio, 0.1, 10);
    Range.requireOrdered("crop: areas", minArea, maxArea);
    Range.requireOrdered("crop: ratios", minRatio, maxRatio);
  }

  boolean isOff() {
    return equals(OFF);
  }

  Affine draw(RandomNumbers random, int widthPx, int heightPx) {
    for (int i = 0; i < ATTEMPTS; i++) {
      double share = random.between(minArea, maxArea);
      double stretch =
          StrictMath.exp(random.between(StrictMath.log(minRatio), StrictMath.log(maxRatio)));
      int w = (int) Math.floor(widthPx * Math.sqrt(share * stretch) + 0.5);
      int h = (int) Math.floor(heightPx * Math.sqrt(share / stretch) + 0.5);
      if (w >= 1 && h >= 1 && w <= widthPx && h <= heightPx) {
        double left = Math.floor(random.next() * (widthPx - w + 1));
        double top = Math.floor(random.next() * (heightPx - h + 1));
        return new Affine((double) w / widthPx, 0, left, 0, (double) h / heightPx, top);
      }
    }
    return Affine.IDENTITY;
  }
}
