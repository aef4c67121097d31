package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import java.time.Duration;

/**
 * How often a link is tried, and how long it rests in between.
 *
 * <p>Each pause is four times the one before, a fifth more or less by chance of its coordinates, so
 * that links that failed together do not come back together. A host that is away or has a fault
 * gets four times as long as one that was only slow. What a host asks for by {@code Retry-After}
 * holds where it is longer.
 *
 * @param attempts how often a link is tried before it goes to quarantine, at least 1
 * @param firstPause before the second attempt; positive
 * @param longestPause no pause is longer, whatever a host asks for; at most 2 days, because a
 *     record must wait for less than its topic keeps it
 * @param giveUpAfter a link whose host's turn does not come for so long, from when it was first
 *     taken up, goes to quarantine
 */
public record RetryPlan(
    int attempts, Duration firstPause, Duration longestPause, Duration giveUpAfter) {

  /** Five attempts: over 40 minutes, or over three hours where the host is away. */
  public static final RetryPlan USUAL =
      new RetryPlan(5, Duration.ofSeconds(30), Duration.ofDays(1), Duration.ofDays(7));

  private static final int MOST_DOUBLINGS = 20;

  public RetryPlan {
    if (attempts < 1) {
      throw new IllegalArgumentException("a link is tried at least once, not " + attempts);
    }
    if (firstPause.isNegative() || firstPause.isZero()) {
      throw new IllegalArgumentException("the first pause must be positive, was " + firstPause);
    }
    if (longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "the first pause is " + longestPause + " at most, not " + firstPause);
    }
  }

  /** Whether a link that was tried so often is tried again. */
  boolean triesAgainAfter(int tried) {
    return tried < attempts;
  }

  /**
   * The pause after a failed attempt.
   *
   * @param tried how often it was tried; less than 1 counts as 1
   */
  Duration pause(RejectReason reason, int tried, Duration retryAfter, Origin origin) {
    int earlier = Math.max(1, Math.min(MOST_DOUBLINGS, tried)) - 1;
    int doublings = Math.min(MOST_DOUBLINGS, 2 * earlier + (isAway(reason) ? 2 : 0));
    double chance = 0.8 + 0.4 * ((origin.hashCode() * 0x9E3779B9) >>> 8) / (1 << 24);
    Duration pause =
        Duration.ofMillis((long) (firstPause.toMillis() * chance)).multipliedBy(1L << doublings);
    Duration asked = retryAfter.compareTo(pause) > 0 ? retryAfter : pause;
    return bounded(asked);
  }

  /** The pause of a link whose turn it was not. */
  Duration bounded(Duration wait) {
    return wait.compareTo(longestPause) > 0 ? longestPause : wait;
  }

  private static boolean isAway(RejectReason reason) {
    return switch (reason) {
      case FETCH_SERVER_ERROR, FETCH_THROTTLED, FETCH_CONNECTION, FETCH_DNS, FETCH_TLS -> true;
      default -> false;
    };
  }
}
