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

  private static final int MAX_LABEL_LENGTH = 63;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final int MAX_PORT = 65_535;

  /** Printable ASCII that no path and no query holds as it is (RFC 3986, section 3.3). */
  private static final String ESCAPED = " \"<>\\^`{|}";

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
    boolean secure = address.regionMatches(true, 0, "https://", 0, 8);
    if (!secure && !address.regionMatches(true, 0, "http://", 0, 7)) {
      throw new UnusableAddressException("the address does not begin with http:// or https://");
    }
    int from = secure ? 8 : 7;
    int to = from;
    while (to < address.length() && "/?".indexOf(address.charAt(to)) < 0) {
      to++;
    }
    return read(secure, address.substring(from, to), address.substring(to));
  }

  private static WebAddress read(boolean secure, String authority, String rest)
      throws UnusableAddressException {
    if (authority.indexOf('@') >= 0) {
      throw new UnusableAddressException("the address holds a user name or password");
    }
    int hostEnd = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
    if (hostEnd < 0) {
      hostEnd = authority.length();
    }
    String host = authority.substring(0, hostEnd);
    int port = port(authority.substring(hostEnd), secure ? HTTPS_PORT : HTTP_PORT);
    return new WebAddress(
        secure, host.startsWith("[") ? ipv6(host) : name(host), port, target(rest));
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
    if (hasScheme(reference)) {
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
    return host.startsWith("[") || endsInNumber(host);
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

  private static boolean hasScheme(String reference) {
    for (int i = 0; i < reference.length(); i++) {
      char c = reference.charAt(i);
      if (c == ':') {
        return i > 0;
      }
      if (c == '/' || c == '?') {
        return false;
      }
    }
    return false;
  }

  private static int port(String text, int usual) throws UnusableAddressException {
    if (text.isEmpty() || text.equals(":")) {
      return usual;
    }
    boolean digits = text.length() <= 6 && text.chars().skip(1).allMatch(WebAddress::isDigit);
    int port = digits && text.charAt(0) == ':' ? Integer.parseInt(text.substring(1)) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new UnusableAddressException("the address has no port from 1 to 65535 after its host");
    }
    return port;
  }

  private static String ipv6(String bracketed) throws UnusableAddressException {
    String digits = bracketed.substring(1, Math.max(1, bracketed.length() - 1));
    // A colon, and nothing but what such an address consists of: nobody looks up a name for it, and
    // a zone (%eth0) is none of it.
    if (digits.indexOf(':') < 0 || !digits.chars().allMatch(c -> isHexDigit(c) || isIn(":.", c))) {
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
    if (host.length() > MAX_HOST_LENGTH || !areLabels(host)) {
      throw new UnusableAddressException("its host is no name and no IP address");
    }
    if (endsInNumber(host) && !isIpv4(host)) {
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

  /** Labels of letters, digits, hyphens and, as many hosts have them, underscores. */
  private static boolean areLabels(String host) {
    int length = 0;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '.') {
        if (length == 0) {
          return false;
        }
        length = 0;
      } else {
        length++;
        boolean allowed = (c >= 'a' && c <= 'z') || isDigit(c) || c == '-' || c == '_';
        if (!allowed || length > MAX_LABEL_LENGTH) {
          return false;
        }
      }
    }
    return length > 0;
  }

  /**
   * Whether some reader takes the host for an IPv4 address: its last label is a decimal, octal or
   * hexadecimal number (WHATWG URL, "ends in a number").
   */
  private static boolean endsInNumber(String host) {
    String last = host.substring(host.lastIndexOf('.') + 1);
    if (last.startsWith("0x")) {
      return last.chars().skip(2).allMatch(WebAddress::isHexDigit);
    }
    return last.chars().allMatch(WebAddress::isDigit);
  }

  private static boolean isIpv4(String host) {
    String[] numbers = host.split("\\.", -1);
    if (numbers.length != 4) {
      return false;
    }
    for (String number : numbers) {
      boolean decimal = number.length() <= 3 && number.chars().allMatch(WebAddress::isDigit);
      boolean octal = number.length() > 1 && number.startsWith("0");
      if (!decimal || octal || Integer.parseInt(number) > 255) {
        return false;
      }
    }
    return true;
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
      if (c < 0x80 && !isIn(ESCAPED, c)) {
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

  private static boolean isIn(String characters, int c) {
    return characters.indexOf(c) >= 0;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHexDigit(int c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
}
