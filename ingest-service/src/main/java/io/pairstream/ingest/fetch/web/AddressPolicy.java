package io.pairstream.ingest.fetch.web;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.util.InetAddressPattern;

/**
 * Which IP addresses are asked for images: public ones on the internet, and what the operator
 * allows besides.
 *
 * <p>Links are untrusted; without this, it would make us ask what only machines inside our network
 * can ask. The blocks are those that IANA's registries of special-purpose addresses say are not
 * globally reachable, or carry an IPv4 address inside
 * (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry). Immutable.
 */
final class AddressPolicy {

  private static final Pattern NETWORK =
      Pattern.compile("([0-9a-fA-F:.]*:[0-9a-fA-F:.]*|\\d{1,3}(\\.\\d{1,3}){3})(/\\d{1,3})?");

  private record Closed(InetAddressPattern network, String what) {}

  private static final List<Closed> CLOSED =
      closed(
          "0.0.0.0/8 this network",
          "10.0.0.0/8 a private network",
          "100.64.0.0/10 a provider's inner network",
          "127.0.0.0/8 this machine",
          // A cloud's own services answer every machine of a customer here.
          "168.63.129.16/32 a cloud's metadata",
          "169.254.0.0/16 a link's own network",
          "172.16.0.0/12 a private network",
          "192.0.0.0/24 a protocol's own network",
          "192.0.2.0/24 documentation",
          "192.31.196.0/24 a name server's sink",
          "192.52.193.0/24 a multicast relay",
          "192.88.99.0/24 a relay to IPv6",
          "192.168.0.0/16 a private network",
          "192.175.48.0/24 a name server's sink",
          "198.18.0.0/15 a network for measurements",
          "198.51.100.0/24 documentation",
          "203.0.113.0/24 documentation",
          "224.0.0.0/4 multicast",
          "240.0.0.0/4 reserved, or broadcast",
          "2001::/23 a protocol's own network, or a tunnel for IPv4",
          "2001:db8::/32 documentation",
          "2002::/16 a tunnel for IPv4",
          "2620:4f:8000::/48 a name server's sink",
          "3fff::/20 documentation");

  /** The only block of IPv6 addresses of single machines on the internet (RFC 4291). */
  private static final InetAddressPattern GLOBAL_IPV6 = network("2000::/3");

  private final List<InetAddressPattern> allowed;

  /**
   * @param allowed networks, each as {@code address/bits} or an address alone
   * @throws IllegalArgumentException where one is something else, for example a name
   */
  AddressPolicy(List<String> allowed) {
    this.allowed = allowed.stream().map(AddressPolicy::network).toList();
  }

  /** Whether the operator allows the address, public or not. */
  boolean allows(InetAddress address) {
    return allowed.stream().anyMatch(network -> network.test(address));
  }

  /** Why the address is not asked, as a noun; empty where it is asked. */
  String objection(InetAddress address) {
    if (allows(address)) {
      return "";
    }
    if (!(address instanceof Inet4Address) && !GLOBAL_IPV6.test(address)) {
      return "not on the public internet";
    }
    for (Closed candidate : CLOSED) {
      if (candidate.network().test(address)) {
        return candidate.what();
      }
    }
    return isOwn(address) ? "this machine" : "";
  }

  private static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      // Without a network there is nothing to be asked either.
      return false;
    }
  }

  private static List<Closed> closed(String... lines) {
    return Stream.of(lines)
        .map(
            line -> {
              int space = line.indexOf(' ');
              return new Closed(network(line.substring(0, space)), line.substring(space + 1));
            })
        .toList();
  }

  private static InetAddressPattern network(String text) {
    try {
      // No name is ever looked up: an address has a colon, or digits and dots alone.
      if (NETWORK.matcher(text).matches()) {
        return InetAddressPattern.from(text);
      }
    } catch (IllegalArgumentException e) {
      // Said below, as for any other text that is none.
    }
    throw new IllegalArgumentException(
        "a network is written like 10.0.0.0/8 or fd00::/8, with zeros beyond its prefix, not "
            + text);
  }
}
