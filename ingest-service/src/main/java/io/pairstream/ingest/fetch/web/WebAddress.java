package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Reads untrusted addresses strictly: what readers differ about is refused (a user name, a
 * backslash or an escape in the host, an IPv4 address other than in four decimal numbers). The host
 * must be the same to {@link LinkHost}, by which links are shared out, and to the client, which
 * asks it.
 */
final class WebAddress {

  private static final Pattern SCHEME = Pattern.compile("[^:/?#]+:");

  /**
   * A host that some parsers take for an IPv4 address: its last label is a decimal, octal or
   * hexadecimal number (WHATWG URL, "ends in a number").
   */
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?(\\d*|0x[0-9a-f]*)");

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");

  private WebAddress() {}

  /**
   * Reads an address; a dot at the end of its host is dropped.
   *
   * @throws InvalidUrlException where it is no http or https address, or too long
   */
  static HttpUrl parse(String text) {
    String host = LinkHost.of(text);
    if (ENDS_IN_NUMBER.matcher(host).matches() && !IPV4.matcher(host).matches()) {
      throw new InvalidUrlException(
          "its host is an IP address, but not in the form of four decimal numbers");
    }
    HttpUrl url = HttpUrl.parse(text);
    if (url == null) {
      throw new InvalidUrlException("the URL's host cannot be read");
    }
    HttpUrl named = url.newBuilder().host(host).fragment(null).build();
    if (!(url.host().equals(named.host()) || url.host().equals(named.host() + "."))) {
      throw new InvalidUrlException("the URL's host can be read in more than one way");
    }
    return named;
  }

  /**
   * The address that a redirect leads to, as browsers read it.
   *
   * @param location an address, or a reference relative to the one that answered
   * @throws InvalidUrlException where that is no http or https address, or too long
   */
  static HttpUrl resolve(HttpUrl from, String location) {
    String reference = location.strip().replace(" ", "%20");
    if (reference.length() > LinkHost.MAX_URL_BYTES) {
      throw new InvalidUrlException("it has more than " + LinkHost.MAX_URL_BYTES + " characters");
    }
    if (SCHEME.matcher(reference).lookingAt()) {
      return parse(reference);
    }
    if (reference.startsWith("//")) {
      return parse(from.scheme() + ":" + reference);
    }
    HttpUrl next = from.resolve(reference);
    if (next == null) {
      throw new InvalidUrlException("it cannot be read");
    }
    return parse(next.toString());
  }
}
