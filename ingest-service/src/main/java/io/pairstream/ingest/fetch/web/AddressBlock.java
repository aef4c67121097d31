package io.pairstream.ingest.fetch.web;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of IP addresses that begin with the same bits, such as {@code 10.0.0.0/8}.
 *
 * @param first the lowest address; its bits beyond the prefix are zero
 * @param prefixBits how many bits are the same; 0 to 32, or 0 to 128
 */
public record AddressBlock(InetAddress first, int prefixBits) {

  private static final Pattern NETWORK =
      Pattern.compile("([0-9a-fA-F:.]*:[0-9a-fA-F:.]*|\\d{1,3}(?:\\.\\d{1,3}){3})(?:/(\\d{1,3}))?");

  public AddressBlock {
    byte[] bits = first.getAddress();
    if (prefixBits < 0 || prefixBits > bits.length * 8) {
      throw new IllegalArgumentException(
          "a prefix has from 0 to " + bits.length * 8 + " bits, not " + prefixBits);
    }
    BigInteger number = new BigInteger(1, bits);
    if (number.signum() > 0 && number.getLowestSetBit() < bits.length * 8 - prefixBits) {
      throw new IllegalArgumentException(
          "%s/%d has bits beyond its prefix".formatted(first.getHostAddress(), prefixBits));
    }
  }

  /**
   * Reads {@code address/bits}, or an address alone.
   *
   * @throws IllegalArgumentException where the text is something else, for example a name
   */
  public static AddressBlock parse(String text) {
    // No name is ever looked up: an address has a colon, or digits and dots alone.
    Matcher network = NETWORK.matcher(text);
    try {
      if (network.matches()) {
        InetAddress first = InetAddress.getByName(network.group(1));
        String bits = network.group(2);
        return new AddressBlock(
            first, bits == null ? first.getAddress().length * 8 : Integer.parseInt(bits));
      }
    } catch (UnknownHostException e) {
      // Said below, as for any other text that is none.
    }
    throw new IllegalArgumentException(
        "a network is written like 10.0.0.0/8 or fd00::/8, not " + text);
  }

  /** Whether the address lies in this block. */
  public boolean contains(InetAddress address) {
    byte[] other = address.getAddress();
    int bits = other.length * 8;
    return bits == first.getAddress().length * 8
        && new BigInteger(1, first.getAddress())
            .xor(new BigInteger(1, other))
            .shiftRight(bits - prefixBits)
            .equals(BigInteger.ZERO);
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + prefixBits;
  }
}
