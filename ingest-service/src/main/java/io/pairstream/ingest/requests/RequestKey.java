package io.pairstream.ingest.requests;

import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What a producer calls one request, however often it sends it.
 *
 * @param producer whose request it is; another producer's key of the same text is another key
 * @param key 1 to {@link #MAX_CHARS} printable characters of ASCII
 */
public record RequestKey(String producer, String key) {

  /** The header field that carries it. */
  public static final String HEADER = "Idempotency-Key";

  public static final int MAX_CHARS = 255;

  /**
   * Reads the header field: a string in double quotes, as the draft has it, or the same without
   * quotes, as many clients send it.
   *
   * @throws ProblemException {@link ProblemKind#BAD_REQUEST}
   * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">the
   *     draft</a>
   */
  static RequestKey parse(String producer, String header) {
    String text = header.strip();
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    String key = quoted ? text.substring(1, text.length() - 1) : text;
    if (key.isEmpty()
        || key.length() > MAX_CHARS
        || !key.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\')) {
      throw Problem.of(
              ProblemKind.BAD_REQUEST,
              "an "
                  + HEADER
                  + " has 1 to "
                  + MAX_CHARS
                  + " printable characters of ASCII without spaces, quotes and backslashes, such as"
                  + " a UUID")
          .asException();
    }
    return new RequestKey(producer, key);
  }

  /** The key of the request's records: lower-case hex SHA-256 of producer, 0x00 and key. */
  String recordKey() {
    return HexFormat.of()
        .formatHex(
            Sha256.of(
                producer.getBytes(StandardCharsets.UTF_8),
                new byte[] {0},
                key.getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public String toString() {
    // A key may say what its producer would not have in a log.
    return "request " + recordKey();
  }
}
