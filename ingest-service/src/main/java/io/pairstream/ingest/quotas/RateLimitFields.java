package io.pairstream.ingest.quotas;

import io.pairstream.ingest.quotas.Quotas.Allowance;
import io.pairstream.service.http.TokenBucket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A quota as header fields of a response: {@code RateLimit-Policy} says what is granted, {@code
 * RateLimit} what is left, {@code Retry-After} when to come back.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/">the draft
 *     that names them</a>
 */
public final class RateLimitFields {

  private RateLimitFields() {}

  /** The fields, names to values; a limit that does not exist is not spoken of. */
  public static Map<String, String> of(Allowance allowance) {
    List<String> policies = new ArrayList<>();
    List<String> standings = new ArrayList<>();
    describe(
        "records",
        "",
        allowance.recordsAtOnce(),
        allowance.recordsLeft(),
        allowance.granted().recordsPerSecond(),
        policies,
        standings);
    describe(
        "bytes",
        ";qu=\"content-bytes\"",
        allowance.bytesAtOnce(),
        allowance.bytesLeft(),
        allowance.granted().bytesPerSecond(),
        policies,
        standings);
    Map<String, String> fields = new LinkedHashMap<>();
    if (!policies.isEmpty()) {
      fields.put("RateLimit-Policy", String.join(", ", policies));
      fields.put("RateLimit", String.join(", ", standings));
    }
    if (!allowance.isOpen()) {
      fields.put("Retry-After", String.valueOf(TokenBucket.wholeSeconds(allowance.untilOpen())));
    }
    return fields;
  }

  private static void describe(
      String name,
      String unit,
      double atOnce,
      double left,
      double perSecond,
      List<String> policies,
      List<String> standings) {
    if (Double.isInfinite(perSecond)) {
      return;
    }
    long windowSeconds = (long) Math.max(1, Math.ceil(atOnce / perSecond));
    policies.add(
        "\"%s\";q=%d;w=%d%s".formatted(name, (long) Math.floor(atOnce), windowSeconds, unit));
    long untilFull = (long) Math.ceil(Math.max(0, atOnce - left) / perSecond);
    standings.add(
        "\"%s\";r=%d;t=%d".formatted(name, (long) Math.max(0, Math.floor(left)), untilFull));
  }
}
