package io.pairstream.ingest.door;

import io.pairstream.ingest.requests.IdempotentRequests;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.keys.Rates;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What an operator can set on the ingest service.
 *
 * @param server where to listen, and what is taken at once
 * @param anonymous whether no keys are asked for, which only this machine's own programs and page
 *     may make use of
 * @param stateDirectory where this instance alone keeps its copies of topics
 * @param quota of producers whose keys say nothing else; both rates above 0
 * @param instances how many instances share the load, and so the quotas; at least 1
 * @param lease how long a request stays another instance's that has fallen silent
 */
public record IngestSettings(
    ServerSettings server,
    boolean anonymous,
    Path stateDirectory,
    Rates quota,
    int instances,
    Duration lease) {

  /** Of a producer whose keys say nothing else: what one machine's broker takes with ease. */
  public static final Rates DEFAULT_QUOTA = new Rates(1_000, 64.0 * 1024 * 1024);

  /**
   * @throws IllegalArgumentException where others than this machine could come without a key
   */
  public IngestSettings {
    if (anonymous && !isLoopback(server.host())) {
      throw new IllegalArgumentException(
          "without keys the service listens on this machine only, on 127.0.0.1 or localhost, not on "
              + server.host());
    }
    if (quota.recordsPerSecond() == 0 || quota.bytesPerSecond() == 0) {
      throw new IllegalArgumentException("a quota of 0 lets nobody send anything");
    }
    if (instances < 1) {
      throw new IllegalArgumentException("at least 1 instance shares the load, not " + instances);
    }
  }

  /** The usual quota and lease, on the only instance. */
  public static IngestSettings of(ServerSettings server, boolean anonymous, Path stateDirectory) {
    return new IngestSettings(
        server, anonymous, stateDirectory, DEFAULT_QUOTA, 1, IdempotentRequests.LEASE);
  }

  /** The same with another quota. */
  public IngestSettings withQuota(Rates other, int sharedByInstances) {
    return new IngestSettings(server, anonymous, stateDirectory, other, sharedByInstances, lease);
  }

  /** The same with another lease. */
  public IngestSettings withLease(Duration other) {
    return new IngestSettings(server, anonymous, stateDirectory, quota, instances, other);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
