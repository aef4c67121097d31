package io.pairstream.ingest.http;

import java.time.Duration;

/** How slowly a body may come: a time of grace, then an average rate since the head. */
final class Pace {

  private final long startedAt = System.nanoTime();
  private final Duration grace;
  private final long minBytesPerSecond;

  Pace(Duration grace, long minBytesPerSecond) {
    this.grace = grace;
    this.minBytesPerSecond = minBytesPerSecond;
  }

  boolean isTooSlow(long bytes) {
    return isTooSlow(bytes, System.nanoTime() - startedAt);
  }

  /**
   * @param waitedNanos time that was spent waiting for these bytes
   */
  boolean isTooSlow(long bytes, long waitedNanos) {
    long countedNanos = waitedNanos - grace.toNanos();
    return countedNanos > 0 && bytes < countedNanos / 1e9 * minBytesPerSecond;
  }

  Problem problem() {
    return Problem.of(
            ProblemKind.TOO_SLOW,
            "after "
                + grace.toSeconds()
                + " s a body must come at "
                + minBytesPerSecond
                + " bytes a second or more")
        .withHeader("Connection", "close");
  }
}
