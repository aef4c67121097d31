package io.pairstream.ingest.fetch.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * How a body is compressed for its way (RFC 9110, section 8.4). We ask for none; some hosts
 * compress all the same.
 */
enum ContentCoding {
  IDENTITY,
  GZIP,
  DEFLATE,
  /** One that is not undone here. */
  UNKNOWN;

  static ContentCoding of(Head head) {
    String name = String.join(",", head.all("Content-Encoding")).strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "", "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "deflate" -> DEFLATE;
      default -> UNKNOWN;
    };
  }

  boolean known() {
    return this != UNKNOWN;
  }

  /**
   * Undoes it.
   *
   * @param most most bytes that are wanted; one more may come, which shows that there are more
   * @throws IOException where the body is damaged
   */
  byte[] decoded(byte[] body, int most) throws IOException {
    if (this == IDENTITY) {
      return body;
    }
    try (InputStream encoded = new ByteArrayInputStream(body);
        InputStream plain =
            this == GZIP ? new GZIPInputStream(encoded) : new InflaterInputStream(encoded)) {
      return plain.readNBytes(most + 1);
    }
  }
}
