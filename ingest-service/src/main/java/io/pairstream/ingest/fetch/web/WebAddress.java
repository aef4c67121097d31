package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.LinkHost;
import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of something on the web, in one spelling: scheme and host in lower case, the host in
 * ASCII and without a dot at its end, the port always known, what must be escaped in path and query
 * escaped, no fragment.
 *
 * <p>Nobody else reads the text again: what was looked at is what is asked for. Hence one strict
 * reading, which refuses what readers differ about (a user name, a backslash or an escape in the
 * host, an IP address in any other notation than four decimal numbers or brackets). Immutable,
 * equal by text.
 */
public final class WebAddress {

  /** Longest address, in characters: every link that is taken is also asked for. */
  public static final int MAX_LENGTH = LinkHost.MAX_URL_BYTES;

  /** RFC 1035: 255 bytes on the wire, which are 253 characters. */
  private static final int MAX_HOST_LENGTH = 253;

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final int MAX_PORT = 65_535;

  /** Printable ASCII that no path and no query holds as it is (RFC 3986, section 3.3). */
  private static final String ESCAPED = " \"<>\\^`{|}";

  private static final Pattern ADDRESS = Pattern.compile("(?is)(https?)://([^/?]*)(.*)");
  private static final Pattern SCHEME = Pattern.compile("[^:/?]+:");
  private static final Pattern AUTHORITY = Pattern.compile("(?s)(\\[[^\\]]*]|[^:]*)(:\\d{0,5})?");

  /** Labels of letters, digits, hyphens and, as many hosts have them, underscores. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");

  /**
   * What some reader takes for an IPv4 address: its last label is a decimal, octal or hexadecimal
   * number (WHATWG URL, "ends in a number").
   */
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?(\\d*|0x[0-9a-f]*)");

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");

  /** No zone (%eth0), and no name that somebody would look up. */
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F.]*:[0-9a-fA-F:.]*]");

  private final boolean secure;
  private final String host;
  private final int port;
  private final String target;

  private WebAddress(boolean secure, String host, int port, String target) {
    this.secure = secure;
    this.host = host;
    this.port = port;
    this.target = target;
  }

  /**
   * Reads an address.
   *
   * @throws UnusableAddressException where it is no http or https address, or too long
   */
  public static WebAddress parse(String text) throws UnusableAddressException {
    if (text.length() > MAX_LENGTH) {
      throw new UnusableAddressException(
          "the address has " + text.length() + " characters; at most " + MAX_LENGTH + " are read");
    }
    String address = withoutFragment(text.strip());
    if (address.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
      throw new UnusableAddressException("the address holds a control character");
    }
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      throw new UnusableAddressException("the address does not begin with http:// or https://");
    }
    boolean secure = parts.group(1).length() == 5;
    if (parts.group(2).indexOf('@') >= 0) {
      throw new UnusableAddressException("the address holds a user name or password");
    }
    Matcher authority = AUTHORITY.matcher(parts.group(2));
    if (!authority.matches()) {
      throw new UnusableAddressException("the address has no port from 1 to 65535 after its host");
    }
    String host = authority.group(1);
    return new WebAddress(
        secure,
        host.startsWith("[") ? ipv6(host) : name(host),
        port(authority.group(2), secure ? HTTPS_PORT : HTTP_PORT),
        target(parts.group(3)));
  }

  /**
   * The address that a redirect leads to (RFC 3986, section 5).
   *
   * @param location an address, or a reference relative to this one
   * @throws UnusableAddressException where that is no http or https address, or too long
   */
  public WebAddress resolve(String location) throws UnusableAddressException {
    if (location.length() > MAX_LENGTH) {
      throw new UnusableAddressException("it has more than " + MAX_LENGTH + " characters");
    }
    String reference = withoutFragment(location.strip());
    if (SCHEME.matcher(reference).lookingAt()) {
      return parse(reference);
    }
    if (reference.startsWith("//")) {
      return parse(scheme() + ":" + reference);
    }
    if (reference.isEmpty()) {
      return this;
    }
    String path = target.substring(0, pathLength(target));
    if (reference.startsWith("?")) {
      return parse(origin() + path + reference);
    }
    if (reference.startsWith("/")) {
      return parse(origin() + withoutDots(reference));
    }
    return parse(origin() + withoutDots(path.substring(0, path.lastIndexOf('/') + 1) + reference));
  }

  /** Whether it is fetched over TLS. */
  public boolean secure() {
    return secure;
  }

  public String scheme() {
    return secure ? "https" : "http";
  }

  /** A name in ASCII, an IPv4 address, or an IPv6 address in brackets; in lower case. */
  public String host() {
    return host;
  }

  /** Whether the host is an IP address, and no name. */
  public boolean hostIsNumeric() {
    return host.startsWith("[") || ENDS_IN_NUMBER.matcher(host).matches();
  }

  public int port() {
    return port;
  }

  /** Path and query, as they are sent. */
  public String target() {
    return target;
  }

  /** Scheme, host and, where it is not the scheme's own, port. */
  public String origin() {
    return scheme() + "://" + authority();
  }

  /** Host and, where it is not the scheme's own, port. */
  public String authority() {
    return port == (secure ? HTTPS_PORT : HTTP_PORT) ? host : host + ":" + port;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WebAddress address && address.toString().equals(toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The whole address. */
  @Override
  public String toString() {
    return origin() + target;
  }

  private static String withoutFragment(String address) {
    int hash = address.indexOf('#');
    return hash < 0 ? address : address.substring(0, hash);
  }

  private static int port(String text, int usual) throws UnusableAddressException {
    if (text == null || text.equals(":")) {
      return usual;
    }
    int port = Integer.parseInt(text.substring(1));
    if (port < 1 || port > MAX_PORT) {
      throw new UnusableAddressException("the address has no port from 1 to 65535 after its host");
    }
    return port;
  }

  private static String ipv6(String bracketed) throws UnusableAddressException {
    if (!IPV6.matcher(bracketed).matches()) {
      throw new UnusableAddressException("its host is no IPv6 address in brackets");
    }
    try {
      InetAddress address = InetAddress.getByName(bracketed);
      if (address.getAddress().length == 4) {
        throw new UnusableAddressException("its host is an IPv4 address that is written as IPv6");
      }
      return "[" + address.getHostAddress() + "]";
    } catch (UnknownHostException e) {
      throw new UnusableAddressException("its host is no IPv6 address in brackets");
    }
  }

  private static String name(String text) throws UnusableAddressException {
    String host = ascii(text).toLowerCase(Locale.ROOT);
    if (host.endsWith(".")) {
      host = host.substring(0, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw new UnusableAddressException("the address has no host");
    }
    if (host.length() > MAX_HOST_LENGTH || !NAME.matcher(host).matches()) {
      throw new UnusableAddressException("its host is no name and no IP address");
    }
    if (ENDS_IN_NUMBER.matcher(host).matches() && !IPV4.matcher(host).matches()) {
      throw new UnusableAddressException(
          "its host is an IP address, but not in the form of four decimal numbers");
    }
    return host;
  }

  private static String ascii(String host) throws UnusableAddressException {
    if (host.chars().allMatch(c -> c < 0x80)) {
      return host;
    }
    try {
      return IDN.toASCII(host);
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      throw new UnusableAddressException("its host is no internationalised name");
    }
  }

  private static String target(String rest) throws UnusableAddressException {
    StringBuilder target = new StringBuilder(rest.length() + 1);
    if (!rest.startsWith("/")) {
      target.append('/');
    }
    for (int i = 0; i < rest.length(); ) {
      int c = rest.codePointAt(i);
      i += Character.charCount(c);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        throw new UnusableAddressException("the address holds half a character");
      }
      if (c < 0x80 && ESCAPED.indexOf(c) < 0) {
        target.append((char) c);
      } else {
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          target.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
        }
      }
    }
    return target.toString();
  }

  private static int pathLength(String target) {
    int query = target.indexOf('?');
    return query < 0 ? target.length() : query;
  }

  /** Takes {@code .} and {@code ..} out of a path (RFC 3986, section 5.2.4); keeps the query. */
  private static String withoutDots(String reference) {
    int end = pathLength(reference);
    Deque<String> kept = new ArrayDeque<>();
    String[] segments = reference.substring(1, end).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      boolean last = i == segments.length - 1;
      if (segments[i].equals("..")) {
        kept.pollLast();
      } else if (!segments[i].equals(".")) {
        kept.addLast(segments[i]);
        continue;
      }
      if (last) {
        kept.addLast("");
      }
    }
    return "/" + String.join("/", kept) + reference.substring(end);
  }
}
