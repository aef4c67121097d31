package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/**
 * How a single host is treated, and how an address at which several are.
 *
 * @param connections most requests to a host at once; at least 1
 * @param addressConnections most requests to an address at once, whatever the hosts; at least 1
 * @param interval least time from the start of one request to the start of the next; zero for none.
 *     A longer one in its robots.txt holds
 * @param longestWait longest that a fetch waits here for its turn before it is postponed; not
 *     negative
 * @param robots whether its robots.txt is read and kept to
 */
public record Politeness(
    int connections,
    int addressConnections,
    Duration interval,
    Duration longestWait,
    boolean robots) {

  public static final Politeness USUAL =
      new Politeness(2, 8, Duration.ofMillis(500), Duration.ofSeconds(10), true);

  public Politeness {
    if (connections < 1) {
      throw new IllegalArgumentException(
          "a host is asked at least 1 thing at once, not " + connections);
    }
    if (addressConnections < 1) {
      throw new IllegalArgumentException(
          "an address is asked at least 1 thing at once, not " + addressConnections);
    }
    if (interval.isNegative() || longestWait.isNegative()) {
      throw new IllegalArgumentException(
          "times between requests are 0 or longer: %s, %s".formatted(interval, longestWait));
    }
  }

  /** How an address is treated: its hosts keep their own pace, so requests to it need none. */
  Politeness ofAddress() {
    return new Politeness(
        addressConnections, addressConnections, Duration.ZERO, longestWait, robots);
  }
}
