package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/**
 * How a single host is treated.
 *
 * @param connections most requests to it at once; at least 1
 * @param interval least time from the start of one request to the start of the next; zero for none.
 *     A longer one in its robots.txt holds
 * @param longestWait longest that a fetch waits here for its turn before it is postponed; not
 *     negative
 * @param robots whether its robots.txt is read and kept to
 */
public record Politeness(int connections, Duration interval, Duration longestWait, boolean robots) {

  public static final Politeness USUAL =
      new Politeness(2, Duration.ofMillis(500), Duration.ofSeconds(10), true);

  public Politeness {
    if (connections < 1) {
      throw new IllegalArgumentException(
          "a host is asked at least 1 thing at once, not " + connections);
    }
    if (interval.isNegative() || longestWait.isNegative()) {
      throw new IllegalArgumentException(
          "times between requests are 0 or longer: %s, %s".formatted(interval, longestWait));
    }
  }
}
