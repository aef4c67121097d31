package io.pairstream.service.http;

import java.time.Duration;

/**
 * Lets through a rate in the long run, and so much of it at once.
 *
 * <p>What it lets through is paid for afterwards: while anything is left, whatever comes may pass,
 * however large, and the debt is worked off at the rate. So a request that is larger than the
 * bucket passes sooner or later, and a size need not be known beforehand. Not thread-safe.
 */
public final class TokenBucket {

  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final double capacity;
  private double left;
  private long countedAtNanos;

  /**
   * @param perSecond above 0; may be infinite
   * @param capacity the most that it holds, at first too; at least 1
   */
  public TokenBucket(double perSecond, double capacity, long nowNanos) {
    this.perSecond = perSecond;
    this.capacity = capacity;
    this.left = capacity;
    this.countedAtNanos = nowNanos;
  }

  /** Tokens left; negative while a debt is worked off. */
  public double left(long nowNanos) {
    refill(nowNanos);
    return left;
  }

  public void take(double amount, long nowNanos) {
    refill(nowNanos);
    if (!Double.isInfinite(perSecond)) {
      left -= amount;
    }
  }

  /** Until the next may pass: until there is a whole token, to the nanosecond. */
  public Duration untilOpen(long nowNanos) {
    refill(nowNanos);
    return Duration.ofNanos(Math.max(0, Math.round((1 - left) / perSecond * NANOS_PER_SECOND)));
  }

  /** This bucket with what another has left; a debt stays. */
  public TokenBucket insteadOf(TokenBucket other, long nowNanos) {
    left = Math.min(other.left(nowNanos), capacity);
    return this;
  }

  /**
   * A wait in whole seconds, rounded up so that the caller does not retry too early; at least 1.
   */
  public static long wholeSeconds(Duration wait) {
    return Math.max(1, (wait.toNanos() + 999_999_999L) / 1_000_000_000L);
  }

  private void refill(long nowNanos) {
    long passedNanos = nowNanos - countedAtNanos;
    if (passedNanos > 0) {
      left = Math.min(capacity, left + perSecond * (passedNanos / NANOS_PER_SECOND));
      countedAtNanos = nowNanos;
    }
  }
}
