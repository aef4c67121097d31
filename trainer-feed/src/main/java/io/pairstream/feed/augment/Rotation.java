package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Turns the picture about its centre by {@code between(-maxDegrees, maxDegrees)}, counter-clockwise
 * where positive; one number is drawn.
 *
 * @param maxDegrees 0 to 180; 0 switches it off
 */
public record Rotation(double maxDegrees) {

  static final String NAME = "rotate";

  /** Turns nothing. */
  public static final Rotation OFF = new Rotation(0);

  public Rotation {
    Range.require("rotate: largest angle in degrees", maxDegrees, 0, 180);
  }

  boolean isOff() {
    return maxDegrees == 0;
  }

  Affine draw(RandomNumbers random, int widthPx, int heightPx) {
    return by(random.between(-maxDegrees, maxDegrees), widthPx, heightPx);
  }

  static Affine by(double degrees, int widthPx, int heightPx) {
    double radians = degrees * Math.PI / 180;
    double cos = StrictMath.cos(radians);
    double sin = StrictMath.sin(radians);
    double cx = widthPx / 2.0;
    double cy = heightPx / 2.0;
    return new Affine(cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy);
  }
}
