package io.pairstream.operations.login;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often somebody has failed to log in. Nobody guesses 256 bits; but each attempt costs a record
 * in the audit trail. Thread-safe.
 */
final class Attempts {

  static final int MOST = 10;
  static final Duration WITHIN = Duration.ofMinutes(1);

  /** Addresses that are remembered; then the one that failed longest ago is forgotten. */
  private static final int MOST_ADDRESSES = 10_000;

  private final Clock clock;
  private final Map<String, Deque<Instant>> failures = new LinkedHashMap<>();

  Attempts(Clock clock) {
    this.clock = clock;
  }

  /** Seconds until this address may try again; 0 where it may now. */
  synchronized long secondsToWait(String address) {
    Instant now = clock.instant();
    Deque<Instant> recent = failures.getOrDefault(address, new ArrayDeque<>());
    while (!recent.isEmpty() && !now.isBefore(recent.peekFirst().plus(WITHIN))) {
      recent.removeFirst();
    }
    return recent.size() < MOST
        ? 0
        : Math.max(1, Duration.between(now, recent.peekFirst().plus(WITHIN)).toSeconds());
  }

  synchronized void failed(String address) {
    Deque<Instant> recent = failures.remove(address);
    if (recent == null) {
      recent = new ArrayDeque<>();
    }
    recent.addLast(clock.instant());
    failures.put(address, recent);
    if (failures.size() > MOST_ADDRESSES) {
      failures.remove(failures.keySet().iterator().next());
    }
  }
}
