package io.pairstream.service.http;

import java.time.Duration;

/**
 * How slowly a body may come: a time of grace, then a rate. What comes faster makes up for slowness
 * later, for {@link #LONGEST_CREDIT} at most, so that much at the beginning buys no place for ever.
 * Not thread-safe.
 */
final class Pace {

  static final Duration LONGEST_CREDIT = Duration.ofSeconds(30);

  private final long startedAt = System.nanoTime();
  private final Duration grace;
  private final long minBytesPerSecond;
  private long countedBytes;

  /** Nanoseconds of waiting after which the body is too slow. */
  private double enoughUntilNanos;

  Pace(Duration grace, long minBytesPerSecond) {
    this.grace = grace;
    this.minBytesPerSecond = minBytesPerSecond;
    this.enoughUntilNanos = grace.toNanos();
  }

  boolean isTooSlow(long bytes) {
    return isTooSlow(bytes, System.nanoTime() - startedAt);
  }

  /**
   * Whether the body is too slow now; neither argument is ever less than the last time.
   *
   * @param bytes all that has come
   * @param waitedNanos time that was spent waiting for these bytes
   */
  boolean isTooSlow(long bytes, long waitedNanos) {
    double paidNanos = (bytes - countedBytes) * 1e9 / minBytesPerSecond;
    countedBytes = bytes;
    long credit = Math.max(LONGEST_CREDIT.toNanos(), grace.toNanos());
    enoughUntilNanos = Math.min(enoughUntilNanos + paidNanos, (double) waitedNanos + credit);
    return waitedNanos > enoughUntilNanos;
  }

  Problem problem() {
    return Problem.of(
            ProblemKind.TOO_SLOW,
            "after %d s a body must come at %d bytes a second or more"
                .formatted(grace.toSeconds(), minBytesPerSecond))
        .withHeader("Connection", "close");
  }
}
