package io.pairstream.operate.web;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.operate.canary.CanaryProbe;
import io.pairstream.operate.oidc.OidcSettings;
import io.pairstream.service.http.ServerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Settings of the operators' service.
 *
 * @param server where to listen, and what is taken at once
 * @param anonymous whether everything may be looked at without a key, which only this machine's own
 *     programs and page may make use of; actions need a key all the same
 * @param behindTls whether people reach it by https alone, through a proxy
 * @param stateDirectory where this instance alone keeps history and its copies of topics
 * @param workers how pictures are decoded; empty where none are to be shown
 * @param clusterName name of the cluster in metrics; empty for its address
 * @param groups patterns of groups that count as the platform's own
 * @param canary how often a canary pair is sent; empty for never
 * @param oidc where people may log in without a key; empty where only keys open
 */
public record OperateSettings(
    ServerSettings server,
    boolean anonymous,
    boolean behindTls,
    Path stateDirectory,
    Optional<WorkerSettings> workers,
    Optional<String> clusterName,
    List<String> groups,
    Optional<Duration> canary,
    Optional<OidcSettings> oidc) {

  /**
   * @throws IllegalArgumentException where others than this machine could look without a key, or
   *     send theirs unencrypted; or a canary flew more than once a minute
   */
  public OperateSettings {
    server.requireSafeAddress(anonymous, behindTls);
    if (canary.filter(every -> every.compareTo(CanaryProbe.SHORTEST_INTERVAL) < 0).isPresent()) {
      throw new IllegalArgumentException(
          "a canary flies once a minute at most, not every " + canary.get().toSeconds() + " s");
    }
  }

  /** Whether people reach the page by https alone, the service's own or a proxy's. */
  boolean isEncrypted() {
    return behindTls || server.isEncrypted();
  }
}
