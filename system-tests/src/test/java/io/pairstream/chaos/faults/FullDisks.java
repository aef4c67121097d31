package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Leaves no byte free on the disk of one broker, or of all.
 *
 * <p>Promised: with one full, the others go on; with all full, front doors answer 503 with
 * Retry-After and acknowledge nothing that is not kept. Given room and started again where they
 * have stopped, brokers are in sync within two minutes, with no repair by hand.
 */
final class FullDisks extends ClusterFault {

  private final boolean all;
  private List<PlatformProcess> full = List.of();

  FullDisks(String kind, boolean all, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 15, 25), cluster, random);
    this.all = all;
  }

  @Override
  public Optional<String> impossible() {
    return cluster
        .abilities()
        .noMounts()
        .map(reason -> "no disks of their own: " + reason)
        .or(
            () ->
                cluster.canFillDisks()
                    ? Optional.empty()
                    : Optional.of("this cluster was started without disks of their own"));
  }

  @Override
  public boolean mayEndProcesses() {
    return true;
  }

  @Override
  public void inject() {
    full = all ? cluster.brokers() : List.of(anyOf(cluster.brokers()));
    hits(String.join(", ", full.stream().map(PlatformProcess::name).toList()));
    if (!all) {
      touches(() -> cluster.ledBy(full.get(0)));
    }
    full.forEach(cluster::fillDisk);
  }

  @Override
  public void heal() {
    full.forEach(cluster::freeDisk);
    bringBackBrokers(full);
  }
}
