package io.pairstream.platform;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a platform keeps its data and which ports it would like.
 *
 * @param dataDirectory holds everything the platform writes; made where missing
 * @param brokerPort preferred port of the broker, 1 to 65535; another is taken where it is in use
 * @param registryPort preferred port of the schema registry, 1 to 65535; likewise
 * @param startTimeout how long a process may take to answer for the first time; positive
 */
public record PlatformSettings(
    Path dataDirectory, int brokerPort, int registryPort, Duration startTimeout) {

  public PlatformSettings {
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
    requirePort("brokerPort", brokerPort);
    requirePort("registryPort", registryPort);
    if (startTimeout.isNegative() || startTimeout.isZero()) {
      throw new IllegalArgumentException("startTimeout must be positive, was " + startTimeout);
    }
  }

  /** The usual ports, 9092 and 8081, and two minutes of patience with a busy machine. */
  public static PlatformSettings in(Path dataDirectory) {
    return new PlatformSettings(dataDirectory, 9092, 8081, Duration.ofMinutes(2));
  }

  private static void requirePort(String name, int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(name + " must be in 1..65535, was " + port);
    }
  }
}
