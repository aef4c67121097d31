package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.Response;
import okio.BufferedSource;

/**
 * A host's response: status and headers are read, the body is not.
 *
 * @param url requested address
 * @param from the address that answers
 * @param share memory held for the body
 */
record HostAnswer(HttpUrl url, Response response, InetAddress from, BodyBudget.Share share) {

  /** Bytes that suffice to recognise a file's type. */
  private static final int FIRST_BYTES = 1024;

  private static final int STEP = 16 * 1024;

  private static final int MAX_QUOTED = 200;

  /** Content length: as many digits as a number of bytes can have. */
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  String host() {
    return url.host();
  }

  int status() {
    return response.code();
  }

  /** A header's value, or empty. */
  String header(String name) {
    return response.header(name, "");
  }

  /** The header's value, shortened, without what is not printable ASCII: to be shown. */
  String quoted(String name) {
    return shown(header(name));
  }

  private static String shown(String value) {
    String quoted = value.replaceAll("[^ -~]", "").strip();
    return quoted.substring(0, Math.min(MAX_QUOTED, quoted.length())).strip();
  }

  /** Whether the body is compressed in transit (RFC 9110, section 8.4), which we never request. */
  boolean isEncoded() {
    String coding = String.join(",", response.headers("Content-Encoding")).strip();
    return !coding.isEmpty() && !coding.equalsIgnoreCase("identity");
  }

  /**
   * Makes sure that the body's length is said once, if at all, as a number (RFC 9112, section 6.3).
   *
   * @throws FetchStopped where two are said, or one that no body has
   */
  void requireOneLength() {
    List<String> lengths =
        response.headers("Content-Length").stream()
            .flatMap(value -> Stream.of(value.split(",", -1)))
            .map(String::strip)
            .distinct()
            .toList();
    if (lengths.size() > 1 || !lengths.stream().allMatch(LENGTH.asMatchPredicate())) {
      throw FetchStopped.passing(
          RejectReason.FETCH_CONNECTION,
          "%s does not answer in HTTP: its Content-Length is %s"
              .formatted(host(), shown(String.join(", ", lengths))));
    }
  }

  /** Bytes that the body is said to have; negative where that is not said. */
  long length() {
    return response.body().contentLength();
  }

  /**
   * Where the answer leads on to; empty where it is no redirect.
   *
   * @throws InvalidUrlException where that cannot be followed; the message says why
   */
  Optional<HttpUrl> redirect() {
    if (!REDIRECTS.contains(status())) {
      return Optional.empty();
    }
    if (header("Location").isBlank()) {
      throw new InvalidUrlException("it does not say where to");
    }
    HttpUrl next = WebAddress.resolve(url, header("Location"));
    if (url.isHttps() && !next.isHttps()) {
      throw new InvalidUrlException("it leads from https to http");
    }
    return Optional.of(next);
  }

  /**
   * Reads the body, or one byte more than is wanted of a longer one. Memory grows with what has
   * come, and not with what is declared.
   *
   * @param begins sees the first bytes before the others are read
   */
  byte[] read(int most, Consumer<byte[]> begins) throws IOException {
    BufferedSource body = response.body().source();
    body.request(Math.min(FIRST_BYTES, most + 1L));
    begins.accept(body.peek().readByteArray(Math.min(FIRST_BYTES, body.getBuffer().size())));
    long size = 0;
    boolean isOpen = true;
    while (isOpen && size <= most) {
      isOpen = body.request(Math.min(size + STEP, most + 1L));
      long came = Math.min(body.getBuffer().size(), most + 1L) - size;
      share.take((int) came);
      size += came;
    }
    return body.readByteArray(size);
  }
}
