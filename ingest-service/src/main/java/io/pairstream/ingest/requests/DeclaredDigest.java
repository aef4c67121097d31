package io.pairstream.ingest.requests;

import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a body as its request declares it: {@code Content-Digest: sha-256=:BASE64:}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9530">RFC 9530</a>
 */
final class DeclaredDigest {

  private static final String HEADER = "Content-Digest";
  private static final Pattern SHA_256 =
      Pattern.compile("(?:^|,)\\s*sha-256=:([A-Za-z0-9+/]{43}=):");

  private final byte[] sha256;

  private DeclaredDigest(byte[] sha256) {
    this.sha256 = sha256;
  }

  /**
   * @throws ProblemException {@link ProblemKind#BAD_REQUEST} where the request declares none
   */
  static DeclaredDigest of(Incoming request) {
    Matcher matcher = SHA_256.matcher(request.header(HEADER).orElse(""));
    if (!matcher.find()) {
      throw Problem.of(
              ProblemKind.BAD_REQUEST,
              "a streamed body with an "
                  + RequestKey.HEADER
                  + " needs its SHA-256, by which a repetition is known: "
                  + HEADER
                  + ": sha-256=:BASE64:")
          .asException();
    }
    return new DeclaredDigest(Base64.getDecoder().decode(matcher.group(1)));
  }

  boolean is(byte[] digest) {
    return MessageDigest.isEqual(sha256, digest);
  }

  String hex() {
    return HexFormat.of().formatHex(sha256);
  }
}
