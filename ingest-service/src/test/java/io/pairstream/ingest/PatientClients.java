package io.pairstream.ingest;

import java.util.HashMap;
import java.util.Map;

/**
 * Settings of Kafka's clients for tests. Where the machine is busy, the broker stands still with
 * the whole process, and is waited for.
 */
public final class PatientClients {

  /** How long it is waited for, whatever broker it is. */
  public static final Map<String, String> PATIENCE =
      Map.of("request.timeout.ms", "60000", "default.api.timeout.ms", "120000");

  private PatientClients() {}

  /** Settings that lead a client to a broker. */
  public static Map<String, String> of(String bootstrapServers) {
    Map<String, String> settings = new HashMap<>(PATIENCE);
    settings.put("bootstrap.servers", bootstrapServers);
    return Map.copyOf(settings);
  }
}
