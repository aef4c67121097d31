package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Mirrors left and right where the one number drawn is below {@code probability}.
 *
 * @param probability 0 to 1; 0 switches it off
 */
public record Flip(double probability) {

  static final String NAME = "flip";

  /** Mirrors nothing. */
  public static final Flip OFF = new Flip(0);

  public Flip {
    Range.require("flip: probability", probability, 0, 1);
  }

  boolean isOff() {
    return probability == 0;
  }

  Affine draw(RandomNumbers random, int widthPx) {
    return random.next() < probability ? new Affine(-1, 0, widthPx, 0, 1, 0) : Affine.IDENTITY;
  }
}
