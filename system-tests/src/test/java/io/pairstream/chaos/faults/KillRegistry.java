package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import java.util.SplittableRandom;

/**
 * Ends the registry by SIGKILL while everybody knows the schemas, and starts it again after a
 * while.
 *
 * <p>Promised: records under known schemas are taken and decided as if nothing were; others wait.
 */
final class KillRegistry extends ClusterFault {

  KillRegistry(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 15, 25), cluster, random);
  }

  @Override
  public void inject() {
    cluster.registry().kill();
  }

  @Override
  public void heal() {
    bringBack(cluster.registry());
  }
}
