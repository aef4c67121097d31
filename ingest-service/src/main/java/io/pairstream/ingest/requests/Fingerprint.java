package io.pairstream.ingest.requests;

import io.pairstream.service.http.Incoming;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request asks, in a digest: method, path, media type and body.
 *
 * <p>A client that repeats a multipart request draws a new boundary for it. So the boundary does
 * not count, only what stands between its occurrences.
 */
final class Fingerprint {

  /** RFC 2046, section 5.1.1: 1 to 70 characters. */
  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);

  private Fingerprint() {}

  /** Of a request whose body is there whole. */
  static String of(Incoming request, byte[] body) {
    MessageDigest sha256 = begin(request);
    Optional<byte[]> delimiter = delimiter(request);
    if (delimiter.isEmpty()) {
      count(sha256, body, 0, body.length);
    } else {
      int from = 0;
      int found = find(delimiter.get(), body, from);
      while (found >= 0) {
        count(sha256, body, from, found);
        from = found + delimiter.get().length;
        found = find(delimiter.get(), body, from);
      }
      count(sha256, body, from, body.length);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** Of a request whose body is still to come, and has that digest. */
  static String of(Incoming request, String declaredDigest) {
    MessageDigest sha256 = begin(request);
    byte[] digest = declaredDigest.getBytes(StandardCharsets.US_ASCII);
    count(sha256, digest, 0, digest.length);
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest begin(Incoming request) {
    MessageDigest sha256 = Sha256.begin();
    for (String part :
        new String[] {request.method().name(), request.path(), request.mediaType()}) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      count(sha256, bytes, 0, bytes.length);
    }
    return sha256;
  }

  /** The length goes first, so that no two sequences of parts look alike. */
  private static void count(MessageDigest sha256, byte[] bytes, int from, int to) {
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(to - from).flip());
    sha256.update(bytes, from, to - from);
  }

  private static Optional<byte[]> delimiter(Incoming request) {
    if (!request.mediaType().startsWith("multipart/")) {
      return Optional.empty();
    }
    Matcher matcher = BOUNDARY.matcher(request.header("Content-Type").orElse(""));
    if (!matcher.find()) {
      return Optional.empty();
    }
    String boundary = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return Optional.of(("--" + boundary).getBytes(StandardCharsets.UTF_8));
  }

  private static int find(byte[] wanted, byte[] in, int from) {
    for (int i = from; i <= in.length - wanted.length; i++) {
      if (in[i] == wanted[0] && Arrays.equals(in, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }
}
