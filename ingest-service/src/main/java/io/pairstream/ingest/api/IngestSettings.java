package io.pairstream.ingest.api;

import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.keys.Rates;
import java.nio.file.Path;

/**
 * What an operator can set on the ingest service.
 *
 * @param server where to listen, and what is taken at once
 * @param anonymous whether no keys are asked for, which only this machine's own programs and page
 *     may make use of
 * @param behindTls whether others than this machine reach it by https alone, through a proxy
 * @param stateDirectory where this instance alone keeps its copies of topics
 * @param quota of producers whose keys say nothing else; both rates above 0
 * @param instances how many instances share the load, and so the quotas; at least 1
 */
public record IngestSettings(
    ServerSettings server,
    boolean anonymous,
    boolean behindTls,
    Path stateDirectory,
    Rates quota,
    int instances) {

  /** Of a producer whose keys say nothing else: what one machine's broker takes with ease. */
  public static final Rates DEFAULT_QUOTA = new Rates(1_000, 64.0 * 1024 * 1024);

  /**
   * @throws IllegalArgumentException where others than this machine could come without a key, or
   *     send theirs unencrypted
   */
  public IngestSettings {
    server.requireSafeAddress(anonymous, behindTls);
    if (quota.recordsPerSecond() == 0 || quota.bytesPerSecond() == 0) {
      throw new IllegalArgumentException("a quota of 0 lets nobody send anything");
    }
    if (instances < 1) {
      throw new IllegalArgumentException("at least 1 instance shares the load, not " + instances);
    }
  }

  /** The usual quota, on the only instance, reached as it listens, by http. */
  public static IngestSettings of(ServerSettings server, boolean anonymous, Path stateDirectory) {
    return new IngestSettings(server, anonymous, false, stateDirectory, DEFAULT_QUOTA, 1);
  }
}
