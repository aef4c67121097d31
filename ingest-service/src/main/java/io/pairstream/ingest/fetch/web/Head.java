package io.pairstream.ingest.fetch.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;

/**
 * What comes before the body of an answer.
 *
 * @param response the status and the headers
 * @param length bytes that the body is said to have; negative where that is not said
 */
record Head(HttpResponse response, long length) {

  /** The largest part of a header that is told to anybody. */
  private static final int MAX_TOLD = 200;

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  int status() {
    return response.getCode();
  }

  /** The header's first value, or empty. */
  String first(String name) {
    Header header = response.getFirstHeader(name);
    return header == null || header.getValue() == null ? "" : header.getValue();
  }

  /**
   * Whether the body is compressed for its way (RFC 9110, section 8.4), which we ask nobody for.
   */
  boolean isEncoded() {
    String coding = String.join(",", all("Content-Encoding")).strip();
    return !coding.isEmpty() && !coding.equalsIgnoreCase("identity");
  }

  /** All values of the header, in order. */
  List<String> all(String name) {
    List<String> values = new ArrayList<>();
    for (Header header : response.getHeaders(name)) {
      if (header.getValue() != null) {
        values.add(header.getValue());
      }
    }
    return values;
  }

  /**
   * Where the answer leads on to; empty where it is no redirect.
   *
   * @param at the address that answered
   * @throws UnusableAddressException where that cannot be followed; the message says why
   */
  Optional<WebAddress> redirect(WebAddress at) throws UnusableAddressException {
    if (!REDIRECTS.contains(status())) {
      return Optional.empty();
    }
    // As hosts write addresses: bytes beyond ASCII are UTF-8.
    String location =
        new String(first("Location").getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    if (location.isBlank()) {
      throw new UnusableAddressException("it does not say where to");
    }
    WebAddress next = at.resolve(location);
    if (at.secure() && !next.secure()) {
      throw new UnusableAddressException("it leads from https to http");
    }
    return Optional.of(next);
  }

  /** The header's first value, shortened, without what is not printable ASCII: to be shown. */
  String told(String name) {
    StringBuilder told = new StringBuilder();
    first(name)
        .chars()
        .filter(c -> c >= 0x20 && c < 0x7F)
        .limit(MAX_TOLD)
        .forEach(c -> told.append((char) c));
    return told.toString().strip();
  }
}
