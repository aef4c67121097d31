package io.pairstream.feed.order;

import io.pairstream.schemas.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Random numbers that follow from what they are for: the same wherever and whenever they are drawn.
 *
 * <p>SplitMix64 (<a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea and Flood 2014</a>),
 * whose state begins as the first eight bytes, most significant first, of SHA-256 over a purpose's
 * parts in UTF-8 with one zero byte between them, numbers in decimal. All arithmetic is modulo
 * 2^64. Not thread-safe.
 */
final class RandomNumbers {

  private static final long GAMMA = 0x9e3779b97f4a7c15L;
  private static final double ULP_OF_53_BITS = 0x1.0p-53;

  private long state;

  private RandomNumbers(long state) {
    this.state = state;
  }

  /** For an order of one epoch: {@code seed, epoch, what} in this order. */
  static RandomNumbers of(long seed, long epoch, String what) {
    String key = seed + "\0" + epoch + '\0' + what;
    return new RandomNumbers(
        ByteBuffer.wrap(Sha256.begin().digest(key.getBytes(StandardCharsets.UTF_8))).getLong());
  }

  /** The next 64 bits. */
  private long nextLong() {
    state += GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** The upper 53 of the next 64 bits, times 2^-53: at least 0, below 1. */
  private double next() {
    return (nextLong() >>> 11) * ULP_OF_53_BITS;
  }

  /**
   * The numbers 0 to n - 1 in a random order: for i from n - 1 down to 1, the numbers at i and at
   * {@code floor(next() * (i + 1))} change places (Fisher and Yates, as Durstenfeld gives it).
   */
  int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = (int) (next() * (i + 1));
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }
}
