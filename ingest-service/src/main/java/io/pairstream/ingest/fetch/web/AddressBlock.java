package io.pairstream.ingest.fetch.web;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A block of IP addresses that begin with the same bits, such as {@code 10.0.0.0/8}.
 *
 * @param first the lowest address; its bits beyond the prefix are zero
 * @param prefixBits how many bits are the same; 0 to 32, or 0 to 128
 */
public record AddressBlock(InetAddress first, int prefixBits) {

  public AddressBlock {
    byte[] bits = first.getAddress();
    if (prefixBits < 0 || prefixBits > bits.length * 8) {
      throw new IllegalArgumentException(
          "a prefix has from 0 to " + bits.length * 8 + " bits, not " + prefixBits);
    }
    for (int i = prefixBits; i < bits.length * 8; i++) {
      if ((bits[i / 8] & (0x80 >> i % 8)) != 0) {
        throw new IllegalArgumentException(
            "%s/%d has bits beyond its prefix".formatted(first.getHostAddress(), prefixBits));
      }
    }
  }

  /**
   * Reads {@code address/bits}, or an address alone.
   *
   * @throws IllegalArgumentException where the text is something else, for example a name
   */
  public static AddressBlock parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    // No name is ever looked up: an address has a colon, or digits and dots alone.
    boolean numeric =
        address.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
            || address.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    boolean bits = slash < 0 || text.substring(slash + 1).matches("\\d{1,3}");
    if (!numeric || !bits) {
      throw new IllegalArgumentException(
          "a network is written like 10.0.0.0/8 or fd00::/8, not " + text);
    }
    try {
      InetAddress first = InetAddress.getByName(address);
      int whole = first.getAddress().length * 8;
      return new AddressBlock(
          first, slash < 0 ? whole : Integer.parseInt(text.substring(slash + 1)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "a network is written like 10.0.0.0/8 or fd00::/8, not " + text, e);
    }
  }

  /** Whether the address lies in this block. */
  public boolean contains(InetAddress address) {
    byte[] own = first.getAddress();
    byte[] other = address.getAddress();
    if (own.length != other.length) {
      return false;
    }
    int whole = prefixBits / 8;
    for (int i = 0; i < whole; i++) {
      if (own[i] != other[i]) {
        return false;
      }
    }
    int rest = prefixBits % 8;
    return rest == 0 || (own[whole] ^ other[whole]) >> (8 - rest) == 0;
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + prefixBits;
  }
}
