package io.pairstream.operations.operate;

import io.pairstream.image.WorkerSettings;
import io.pairstream.operations.canary.CanarySettings;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.service.http.ServerSettings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What an operator can set on the operators' service.
 *
 * @param server where to listen, and what is taken at once
 * @param anonymous whether everything may be looked at without a key, which only this machine's own
 *     programs and page may make use of; whoever acts needs a key all the same
 * @param behindTls whether people reach it by https alone, through a proxy; their browsers then
 *     send the session's cookie no other way
 * @param stateDirectory where this instance alone keeps history and its copies of topics
 * @param workers how pictures are decoded; empty where none are to be shown
 * @param clusterName what metrics call the cluster; empty for its address
 * @param groups whose groups are watched, and which count
 * @param canary how often a canary pair is sent; empty for never
 */
public record OperateSettings(
    ServerSettings server,
    boolean anonymous,
    boolean behindTls,
    Path stateDirectory,
    Optional<WorkerSettings> workers,
    Optional<String> clusterName,
    GroupChoice groups,
    Optional<CanarySettings> canary) {

  /**
   * @throws IllegalArgumentException where others than this machine could look without a key, or
   *     send theirs unencrypted
   */
  public OperateSettings {
    server.requireSafeAddress(anonymous, behindTls);
  }

  /** Reached as it listens, by http; without pictures, a name for the cluster, or a canary. */
  public OperateSettings(ServerSettings server, boolean anonymous, Path stateDirectory) {
    this(
        server,
        anonymous,
        false,
        stateDirectory,
        Optional.empty(),
        Optional.empty(),
        GroupChoice.OWN,
        Optional.empty());
  }
}
