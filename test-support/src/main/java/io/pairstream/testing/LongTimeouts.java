package io.pairstream.testing;

import java.util.Map;

/**
 * Settings of Kafka's clients for tests. Where the machine is busy, the broker stands still with
 * the whole process, and is waited for.
 */
public final class LongTimeouts {

  /** How long it is waited for, whatever broker it is. */
  public static final Map<String, String> TIMEOUT =
      Map.of("request.timeout.ms", "60000", "default.api.timeout.ms", "120000");

  /** Long timeouts as lines of a file for {@code --config}. */
  public static final String KAFKA_LINES =
      """
      kafka.request.timeout.ms=60000
      kafka.default.api.timeout.ms=120000
      """;

  /** As long a timeout with a registry that is a process of its own. */
  public static final String REGISTRY_LINES =
      """
      schema-registry.http.connect.timeout.ms=60000
      schema-registry.http.read.timeout.ms=60000
      """;

  private LongTimeouts() {}
}
