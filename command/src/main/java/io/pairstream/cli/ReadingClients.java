package io.pairstream.cli;

import io.pairstream.service.Cluster;
import java.util.Map;

/** The Kafka clients of commands that read topics, perhaps for days. */
final class ReadingClients {

  /**
   * A broker that stands still is replaced once its session of 9 s is over, and until then each
   * attempt may go to it.
   */
  private static final Map<String, Object> TIMEOUT =
      Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 20_000);

  private ReadingClients() {}

  /** Their settings, with the operator's on top. */
  static Map<String, Object> settings(Cluster cluster) {
    return cluster.clientSettings(TIMEOUT);
  }
}
