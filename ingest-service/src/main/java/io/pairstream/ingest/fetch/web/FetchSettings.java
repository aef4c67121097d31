package io.pairstream.ingest.fetch.web;

import java.util.List;
import java.util.Set;

/**
 * How images are fetched.
 *
 * @param agent who fetches, as hosts are told
 * @param allowed networks that are asked though they are not public; empty by default
 * @param ports ports that are asked; the allowed networks' own ports are all asked
 * @param politeness how a single host is treated
 * @param limits what a single fetch may take
 * @param connections most requests under way at once, all hosts together; at least 1
 */
public record FetchSettings(
    UserAgent agent,
    List<AddressBlock> allowed,
    Set<Integer> ports,
    Politeness politeness,
    FetchLimits limits,
    int connections) {

  private static final int CONNECTIONS = 1000;

  public FetchSettings {
    allowed = List.copyOf(allowed);
    ports = Set.copyOf(ports);
    if (connections < 1) {
      throw new IllegalArgumentException("at least 1 connection is needed, not " + connections);
    }
  }

  /** What is right for the public internet. */
  public static FetchSettings of(UserAgent agent) {
    return new FetchSettings(
        agent, List.of(), Set.of(80, 443), Politeness.USUAL, FetchLimits.USUAL, CONNECTIONS);
  }

  /** The same with networks that are asked though they are not public. */
  public FetchSettings allowing(List<AddressBlock> networks) {
    return new FetchSettings(agent, networks, ports, politeness, limits, connections);
  }

  /** The same with other ports on public addresses. */
  public FetchSettings onPorts(Set<Integer> asked) {
    return new FetchSettings(agent, allowed, asked, politeness, limits, connections);
  }

  public FetchSettings with(Politeness other) {
    return new FetchSettings(agent, allowed, ports, other, limits, connections);
  }

  public FetchSettings with(FetchLimits other) {
    return new FetchSettings(agent, allowed, ports, politeness, other, connections);
  }

  /** The same with so many requests under way at most. */
  public FetchSettings withConnections(int most) {
    return new FetchSettings(agent, allowed, ports, politeness, limits, most);
  }
}
