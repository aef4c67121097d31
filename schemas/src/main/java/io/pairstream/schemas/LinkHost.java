package io.pairstream.schemas;

import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host of a link's URL: the link's key, which every producer and every service computes alike,
 * so that the links of a host meet in one partition.
 *
 * <p>A name is in lower case, without a dot at its end, and in ASCII as IDNA 2003 writes it ({@code
 * bücher.example} is {@code xn--bcher-kva.example}); an IPv6 address is in brackets with all its
 * eight groups, without zeros in front ({@code [2001:db8:0:0:0:0:0:1]}). A number stays as it is
 * written. Whether it may be connected to is for the fetcher to decide.
 */
public final class LinkHost {

  /** Longest URL, in bytes of UTF-8: https://www.rfc-editor.org/rfc/rfc9110#section-4.1-5. */
  public static final int MAX_URL_BYTES = 8000;

  /** Longest name: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4, without the root. */
  private static final int MAX_NAME = 253;

  private static final Pattern WEB_ADDRESS =
      Pattern.compile("(?i:https?)://([^/?#]*).*", Pattern.DOTALL);

  /** Any address with a host, which may have a user and a password before it, a port behind it. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?(\\[[^]/?#@]*]|[^/?#@:]*)(?::[0-9]*)?"
              + "(?:[/?#].*)?",
          Pattern.DOTALL);

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*");
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.]{2,45}]|[^\\[\\]:]+)(?::([0-9]{0,5}))?");
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");

  /** Names that always lead to this machine, with any resolver. */
  private static final Pattern HERE =
      Pattern.compile("(?i)localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

  private LinkHost() {}

  /** Whether a host is this machine, by its name alone. */
  public static boolean isHere(String host) {
    return HERE.matcher(host).matches();
  }

  /**
   * The host in the URL.
   *
   * @param url http or https, with a host, without user name or password, without spaces and
   *     control characters; at most {@link #MAX_URL_BYTES}
   * @throws InvalidUrlException for any other
   */
  public static String of(String url) {
    if (url.isEmpty()) {
      throw new InvalidUrlException("the URL is empty");
    }
    // No character takes less than a byte, so that a huge one is not encoded first.
    if (url.regionMatches(true, 0, "data:", 0, 5)) {
      throw new InvalidUrlException(
          "the URL is the image itself (data:); decode it into a file; only http and https are fetched");
    }
    if (url.length() > MAX_URL_BYTES
        || url.getBytes(StandardCharsets.UTF_8).length > MAX_URL_BYTES) {
      throw new InvalidUrlException("the URL is longer than " + MAX_URL_BYTES + " bytes");
    }
    if (url.codePoints().anyMatch(LinkHost::hasNoPlaceInUrls)) {
      throw new InvalidUrlException(
          "the URL holds a space or a control character; write a space as %20");
    }
    Matcher address = WEB_ADDRESS.matcher(url);
    if (!address.matches()) {
      Matcher scheme = SCHEME.matcher(url);
      throw new InvalidUrlException(
          scheme.matches() && !scheme.group(1).toLowerCase(Locale.ROOT).startsWith("http")
              ? "the URL begins with " + scheme.group(1) + ":; only http and https are fetched"
              : "the URL does not begin with http:// or https://");
    }
    return host(address.group(1));
  }

  /**
   * Host of an untrusted address, whether or not it is one that a link may have; empty where it
   * names none.
   */
  public static String named(String url) {
    Matcher address = ADDRESS.matcher(url);
    if (!address.matches()) {
      return "";
    }
    try {
      return host(address.group(1));
    } catch (InvalidUrlException noName) {
      return "";
    }
  }

  private static String host(String authority) {
    if (authority.indexOf('@') >= 0) {
      throw new InvalidUrlException(
          "the URL holds a user name or password; links are fetched without any");
    }
    if (authority.isEmpty() || authority.startsWith(":")) {
      throw new InvalidUrlException("the URL names no host");
    }
    Matcher parts = HOST_AND_PORT.matcher(authority);
    if (!parts.matches()) {
      throw new InvalidUrlException("the URL's host cannot be read; right is host or host:port");
    }
    String port = parts.group(2);
    if (port != null && !port.isEmpty()) {
      int number = Integer.parseInt(port);
      if (number < 1 || number > 65535) {
        throw new InvalidUrlException("the URL's port is " + number + "; ports are 1 to 65535");
      }
    }
    String host = parts.group(1);
    return host.startsWith("[") ? ipv6(host) : name(host);
  }

  /**
   * Normalizes an IPv6 address. Makes no lookup: the brackets hold hexadecimal digits, colons and
   * dots alone.
   */
  private static String ipv6(String bracketed) {
    try {
      InetAddress address = InetAddress.getByName(bracketed);
      if (address instanceof Inet4Address) {
        throw new InvalidUrlException("the URL's host is an IPv4 address that is written as IPv6");
      }
      return "[" + address.getHostAddress() + "]";
    } catch (UnknownHostException e) {
      throw new InvalidUrlException("the URL's host is no IPv6 address in brackets");
    }
  }

  private static String name(String written) {
    String name;
    try {
      name = IDN.toASCII(written).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new InvalidUrlException("the URL's host is no name that the web can have");
    }
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
      throw new InvalidUrlException("the URL's host is no name that the web can have");
    }
    return name;
  }

  private static boolean hasNoPlaceInUrls(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || Character.isISOControl(codePoint)
        || Character.getType(codePoint) == Character.SURROGATE;
  }

  /**
   * A URL that no link may have. The message says what would be right, and does not repeat the URL.
   */
  public static final class InvalidUrlException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InvalidUrlException(String message) {
      super(message);
    }
  }
}
