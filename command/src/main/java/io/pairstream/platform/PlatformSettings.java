package io.pairstream.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where a platform keeps its data and which ports it would like.
 *
 * @param dataDirectory holds everything the platform writes; made where missing
 * @param brokerPort preferred port of the broker, 1 to 65535; another is taken where it is in use
 * @param registryPort preferred port of the schema registry, 1 to 65535; likewise
 * @param ports ports that must be taken, 1 to 65535, by what they are for: {@code broker}, {@code
 *     registry}, {@code ingest}, {@code operate}
 * @param startTimeout how long a process may take to answer for the first time; positive
 * @param grace how long a process may take to end in order, before it is cut off; positive
 */
public record PlatformSettings(
    Path dataDirectory,
    int brokerPort,
    int registryPort,
    Map<String, Integer> ports,
    Duration startTimeout,
    Duration grace) {

  public PlatformSettings {
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
  }

  /**
   * The usual ports, 9092 and 8081, and timeouts of minutes with a busy machine: a broker that is
   * cut off has its log to recover at the next start.
   */
  public static PlatformSettings in(Path dataDirectory) {
    return new PlatformSettings(
        dataDirectory, 9092, 8081, Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(1));
  }

  /** The same with ports that must be taken. */
  public PlatformSettings withPorts(Map<String, Integer> wanted) {
    return new PlatformSettings(
        dataDirectory, brokerPort, registryPort, wanted, startTimeout, grace);
  }
}
