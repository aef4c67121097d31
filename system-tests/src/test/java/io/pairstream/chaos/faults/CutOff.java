package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Cuts a broker or an instance off: no packet goes in or out, and nobody is told.
 *
 * <p>Promised: a broker that is alone acknowledges nothing, and the others go on without it; an
 * instance that is alone commits nothing, and the others do its work.
 */
final class CutOff extends ClusterFault {

  private final Function<ChaosCluster, List<PlatformProcess>> among;
  private Optional<PlatformProcess> cut = Optional.empty();

  /**
   * @param among of which one that has a network of its own is cut off
   */
  CutOff(
      String kind,
      Duration lasts,
      Function<ChaosCluster, List<PlatformProcess>> among,
      ChaosCluster cluster,
      SplittableRandom random) {
    super(kind, lasts, cluster, random);
    this.among = among;
  }

  @Override
  public Optional<String> impossible() {
    return cluster
        .abilities()
        .noNetworkNamespaces()
        .map(reason -> "no networks of their own: " + reason)
        .or(
            () ->
                among.apply(cluster).stream().noneMatch(cluster::canCutOff)
                    ? Optional.of("this cluster was started without networks of their own")
                    : Optional.empty());
  }

  @Override
  public void inject() {
    PlatformProcess process =
        anyOf(among.apply(cluster).stream().filter(cluster::canCutOff).toList());
    hits(process.name() + " for " + lasts().toSeconds() + " s");
    touches(
        () ->
            cluster.brokers().contains(process)
                ? cluster.ledBy(process)
                : cluster.assignedTo(process));
    cut = Optional.of(process);
    cluster.cutOff(process);
  }

  @Override
  public void heal() {
    cut.ifPresent(
        process -> {
          cluster.reconnect(process);
          bringBack(process);
          if (cluster.brokers().contains(process)) {
            cluster.awaitInSync(IN_SYNC_WITHIN);
          }
        });
  }
}
