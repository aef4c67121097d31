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
 * @param bodyBytes most bytes of bodies that are held at once, before their fetch ends; at least
 *     twice the largest image
 */
public record FetchSettings(
    UserAgent agent,
    List<AddressBlock> allowed,
    Set<Integer> ports,
    Politeness politeness,
    FetchLimits limits,
    int connections,
    long bodyBytes) {

  private static final int CONNECTIONS = 1000;
  private static final long BODY_BYTES = 256L * 1024 * 1024;

  public FetchSettings {
    allowed = List.copyOf(allowed);
    ports = Set.copyOf(ports);
    if (connections < 1) {
      throw new IllegalArgumentException("at least 1 connection is needed, not " + connections);
    }
    if (bodyBytes < 2L * limits.imageBytes()) {
      throw new IllegalArgumentException(
          "at least two images of %d bytes must fit, not %d bytes"
              .formatted(limits.imageBytes(), bodyBytes));
    }
  }

  /**
   * What is right for the public internet. Bodies take a quarter of the heap at most, so that there
   * is room for what becomes of them; two of the largest images are held in any case.
   */
  public static FetchSettings of(UserAgent agent) {
    long bodyBytes = Math.min(BODY_BYTES, Runtime.getRuntime().maxMemory() / 4);
    return new FetchSettings(
        agent,
        List.of(),
        Set.of(80, 443),
        Politeness.USUAL,
        FetchLimits.USUAL,
        CONNECTIONS,
        Math.max(2L * FetchLimits.USUAL.imageBytes(), bodyBytes));
  }

  /** The same with networks that are asked though they are not public. */
  public FetchSettings allowing(List<AddressBlock> networks) {
    return new FetchSettings(agent, networks, ports, politeness, limits, connections, bodyBytes);
  }

  /** The same with other ports on public addresses. */
  public FetchSettings onPorts(Set<Integer> asked) {
    return new FetchSettings(agent, allowed, asked, politeness, limits, connections, bodyBytes);
  }

  public FetchSettings with(Politeness other) {
    return new FetchSettings(agent, allowed, ports, other, limits, connections, bodyBytes);
  }

  public FetchSettings with(FetchLimits other) {
    return new FetchSettings(agent, allowed, ports, politeness, other, connections, bodyBytes);
  }

  /** The same with so many requests under way at most. */
  public FetchSettings withConnections(int most) {
    return new FetchSettings(agent, allowed, ports, politeness, limits, most, bodyBytes);
  }

  /** The same with so many bytes of bodies at most. */
  public FetchSettings withBodyBytes(long most) {
    return new FetchSettings(agent, allowed, ports, politeness, limits, connections, most);
  }
}
