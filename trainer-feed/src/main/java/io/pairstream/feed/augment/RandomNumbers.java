package io.pairstream.feed.augment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The random numbers of one operation on one picture in one epoch: the same wherever and whenever
 * they are drawn.
 *
 * <p>SplitMix64 (<a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea and Flood 2014</a>),
 * whose state begins as the first eight bytes, most significant first, of SHA-256 over {@code
 * pairId NUL epoch NUL seed NUL operation}: UTF-8, both numbers in decimal, NUL one zero byte. All
 * arithmetic is modulo 2^64. Not thread-safe.
 */
final class RandomNumbers {

  private static final long GAMMA = 0x9e3779b97f4a7c15L;
  private static final double ULP_OF_53_BITS = 0x1.0p-53;

  private long state;

  private RandomNumbers(long state) {
    this.state = state;
  }

  static RandomNumbers of(String pairId, long epoch, long seed, String operation) {
    String key = pairId + '\0' + epoch + '\0' + seed + '\0' + operation;
    return new RandomNumbers(
        ByteBuffer.wrap(sha256().digest(key.getBytes(StandardCharsets.UTF_8))).getLong());
  }

  /** The next 64 bits. */
  long nextLong() {
    state += GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** The upper 53 of the next 64 bits, times 2^-53: at least 0, below 1. */
  double next() {
    return (nextLong() >>> 11) * ULP_OF_53_BITS;
  }

  /** {@code low + (high - low) * next()}. */
  double between(double low, double high) {
    return low + (high - low) * next();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
