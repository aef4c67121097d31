package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Adds Gaussian noise, of its own to each value.
 *
 * <p>Every 64 bits drawn serve five values in row-major order, channels innermost, 12 bits n each,
 * the lowest first. To each value {@code floor(sigma z + 0.5)} is added, where z is the standard
 * normal quantile of {@code (n + 0.5) / 4096}, and the sum is cut to 0 to 255.
 *
 * @param sigma standard deviation, of values from 0 to 255; 0 to 64; 0 switches it off
 */
public record Noise(double sigma) {

  static final String NAME = "noise";
  private static final int LEVELS = 4096;
  private static final int BITS = 12;
  private static final int PER_NUMBER = 5;

  /** Adds nothing. */
  public static final Noise OFF = new Noise(0);

  public Noise {
    Range.require("noise: sigma", sigma, 0, 64);
  }

  boolean isOff() {
    return sigma == 0;
  }

  /** What each of the 4096 numbers adds. */
  int[] steps() {
    int[] steps = new int[LEVELS];
    for (int n = 0; n < LEVELS; n++) {
      steps[n] = (int) Math.floor(sigma * NormalQuantiles.of((n + 0.5) / LEVELS) + 0.5);
    }
    return steps;
  }

  static void apply(RandomNumbers random, int[] steps, Picture picture) {
    byte[] pixels = picture.pixels();
    int length = picture.length();
    for (int at = 0; at < length; ) {
      long bits = random.nextLong();
      int end = Math.min(length, at + PER_NUMBER);
      for (; at < end; at++, bits >>>= BITS) {
        int value = (pixels[at] & 0xff) + steps[(int) bits & (LEVELS - 1)];
        pixels[at] = (byte) Math.max(0, Math.min(255, value));
      }
    }
  }
}
