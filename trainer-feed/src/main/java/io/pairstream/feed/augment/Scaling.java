package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Enlarges the picture about its centre by {@code between(min, max)}; below 1 it shrinks and the
 * border shows. One number is drawn.
 *
 * @param min smallest factor, from 0.25; 1 with max 1 switches it off
 * @param max largest factor, at most 4
 */
public record Scaling(double min, double max) {

  static final String NAME = "scale";

  /** Leaves pictures at their scale. */
  public static final Scaling OFF = new Scaling(1, 1);

  public Scaling {
    Range.require("scale: smallest factor", min, 0.25, 4);
    Range.require("scale: largest factor", max, 0.25, 4);
    Range.requireOrdered("scale: factors", min, max);
  }

  boolean isOff() {
    return equals(OFF);
  }

  Affine draw(RandomNumbers random, int widthPx, int heightPx) {
    double factor = random.between(min, max);
    double cx = widthPx / 2.0;
    double cy = heightPx / 2.0;
    return new Affine(1 / factor, 0, cx - cx / factor, 0, 1 / factor, cy - cy / factor);
  }
}
