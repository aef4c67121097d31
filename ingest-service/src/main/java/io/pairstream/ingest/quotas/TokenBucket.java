package io.pairstream.ingest.quotas;

import java.time.Duration;

/**
 * Lets through a rate in the long run, and a second's worth of it at once, or 10 where a second's
 * worth is less.
 *
 * <p>What it lets through is paid for afterwards: while anything is left, whatever comes may pass,
 * however large, and the debt is worked off at the rate. So a request that is larger than the
 * bucket passes sooner or later, and a size need not be known beforehand. Not thread-safe.
 */
final class TokenBucket {

  /** So that a slow rate is reached too by whoever does not come exactly on time. */
  private static final double LEAST_CAPACITY = 10;

  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final double capacity;
  private double left;
  private long countedAtNanos;

  /**
   * @param perSecond above 0; may be infinite
   */
  TokenBucket(double perSecond, long nowNanos) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("a bucket fills at a rate above 0, not " + perSecond);
    }
    this.perSecond = perSecond;
    this.capacity = Math.max(LEAST_CAPACITY, perSecond);
    this.left = capacity;
    this.countedAtNanos = nowNanos;
  }

  double perSecond() {
    return perSecond;
  }

  /** The most that it holds: a second's worth, and at least 10. */
  double capacity() {
    return capacity;
  }

  /** What is left; below 0 while a debt is worked off. */
  double left(long nowNanos) {
    refill(nowNanos);
    return left;
  }

  void take(double amount, long nowNanos) {
    refill(nowNanos);
    if (!Double.isInfinite(perSecond)) {
      left -= amount;
    }
  }

  /** Until the next may pass: until there is a whole token. */
  Duration untilOpen(long nowNanos) {
    refill(nowNanos);
    double missing = 1 - left;
    if (missing <= 0) {
      return Duration.ZERO;
    }
    return Duration.ofNanos((long) Math.ceil(missing / perSecond * NANOS_PER_SECOND));
  }

  /** The same bucket at another rate; a debt stays. */
  TokenBucket at(double otherPerSecond, long nowNanos) {
    refill(nowNanos);
    TokenBucket other = new TokenBucket(otherPerSecond, nowNanos);
    other.left = Double.isInfinite(left) ? other.capacity : Math.min(left, other.capacity);
    return other;
  }

  private void refill(long nowNanos) {
    long passedNanos = nowNanos - countedAtNanos;
    if (passedNanos > 0) {
      left = Math.min(capacity, left + perSecond * (passedNanos / NANOS_PER_SECOND));
      countedAtNanos = nowNanos;
    }
  }
}
