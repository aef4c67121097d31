package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.topics.RecordSizes;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How images are fetched.
 *
 * @param agent the fetcher's name for hosts
 * @param allowed networks that are asked though they are not public, such as {@code 10.0.0.0/8}
 * @param ports ports that are asked; the allowed networks' own ports are all asked
 * @param politeness how a single host is treated
 * @param limits what a single fetch may take
 * @param connections most requests under way at once, all hosts together; at least 1
 */
public record FetchSettings(
    UserAgent agent,
    List<String> allowed,
    Set<Integer> ports,
    Politeness politeness,
    Limits limits,
    int connections) {

  public FetchSettings {
    var unused = new AddressPolicy(allowed);
    if (connections < 1) {
      throw new IllegalArgumentException("at least 1 connection is needed, not " + connections);
    }
  }

  /**
   * Limits of a single fetch.
   *
   * @param imageBytes largest image; positive
   * @param connect longest time for a connection to one address; positive
   * @param total longest time from the first connection to the last byte, redirects included,
   *     politeness excluded; no shorter
   * @param redirects most redirects that are followed; not negative
   */
  public record Limits(int imageBytes, Duration connect, Duration total, int redirects) {

    public static final Limits USUAL =
        new Limits(RecordSizes.MAX_IMAGE, Duration.ofSeconds(5), Duration.ofSeconds(15), 5);

    public Limits {
      if (connect.isNegative() || connect.isZero() || total.compareTo(connect) < 0) {
        throw new IllegalArgumentException(
            "a fetch takes %s in all, which is less than the %s of a connection, or no time at all"
                .formatted(total, connect));
      }
    }
  }

  /**
   * How a single host is treated, and how an address at which several are.
   *
   * @param connections most requests to a host at once; at least 1
   * @param addressConnections most requests to an address at once, whatever the hosts; at least 1
   * @param interval least time from the start of one request to the start of the next; zero for
   *     none. A longer one in its robots.txt holds
   * @param longestWait longest that a fetch waits here for its turn before it is postponed
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
      if (connections < 1 || addressConnections < 1) {
        throw new IllegalArgumentException(
            "a host, and an address, is asked at least 1 thing at once, not %d and %d"
                .formatted(connections, addressConnections));
      }
      if (interval.isNegative()) {
        throw new IllegalArgumentException(
            "the time between requests is 0 or longer, not " + interval);
      }
    }

    /** How an address is treated: its hosts keep their own pace, so requests to it need none. */
    Politeness ofAddress() {
      return new Politeness(
          addressConnections, addressConnections, Duration.ZERO, longestWait, robots);
    }
  }

  /**
   * The fetcher's name for hosts: {@code Pairstream/VERSION (+contact)}.
   *
   * @param version of this program; letters, digits, dots and hyphens
   * @param contact a web or e-mail address under which a host's owner learns what is done with the
   *     images, and how to object; empty only where all hosts are our own
   */
  public record UserAgent(String version, String contact) {

    /** The name by which a robots.txt or a header addresses us, in lower case. */
    static final String NAME = "pairstream";

    public UserAgent {
      boolean address = contact.matches("https?://[^()]+|[^()@]+@[^()@]+\\.[^()@]+");
      boolean printable = contact.matches("[!-~]{0,200}");
      if (!contact.isEmpty() && !(address && printable)) {
        throw new IllegalArgumentException(
            "a contact is a web address (https://…) or an e-mail address, not " + contact);
      }
    }

    /** The text of the header {@code User-Agent}. */
    String text() {
      return "Pairstream/" + version + (contact.isEmpty() ? "" : " (+" + contact + ")");
    }
  }
}
