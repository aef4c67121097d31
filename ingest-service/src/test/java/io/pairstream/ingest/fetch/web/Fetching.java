package io.pairstream.ingest.fetch.web;

import io.pairstream.ingest.fetch.web.FetchSettings.Limits;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Settings of fetchers that are tested. */
final class Fetching {

  /** Limits that no fetch reaches, however busy the machine. */
  static final Limits PATIENT =
      new Limits(1 << 20, Duration.ofMinutes(3), Duration.ofMinutes(5), 3);

  private Fetching() {}

  /** Politeness without a pause between requests. */
  static Politeness hasty(boolean robots) {
    return new Politeness(4, 1000, Duration.ZERO, Duration.ofMinutes(1), robots);
  }

  /** Settings of a fetcher that may ask these networks besides the public one. */
  static FetchSettings from(Politeness politeness, Limits limits, String... allowed) {
    return on(Set.of(80, 443), politeness, limits, 1000, allowed);
  }

  static FetchSettings on(
      Set<Integer> ports,
      Politeness politeness,
      Limits limits,
      int connections,
      String... allowed) {
    UserAgent agent = new UserAgent("1.0", "https://example.org/about");
    return new FetchSettings(agent, List.of(allowed), ports, politeness, limits, connections);
  }
}
