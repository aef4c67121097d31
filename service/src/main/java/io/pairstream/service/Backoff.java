package io.pairstream.service;

import java.time.Duration;

/** Pauses between attempts, each twice as long as the one before. Not thread-safe. */
public final class Backoff {

  private final Duration first;
  private final Duration longest;
  private Duration next;

  /**
   * @param first pause after the first failure
   * @param longest limit of all pauses; at least the first
   */
  public Backoff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
    this.next = first;
  }

  /** Returns the pause before the next attempt, and doubles the one after it. */
  public Duration next() {
    Duration pause = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) > 0 ? longest : doubled;
    return pause;
  }

  /** Begins anew with the first pause, after a success. */
  public void reset() {
    next = first;
  }
}
