package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Takes the registry's disk away while it is down, and starts it on an empty one.
 *
 * <p>Promised: it gives every schema under its id again, without anybody's help, those too that
 * were registered since the platform began; an operator's {@code topics create} changes none.
 */
final class EmptyRegistry extends ClusterFault {

  EmptyRegistry(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(15), cluster, random);
  }

  @Override
  public void inject() {
    cluster.registry().kill();
    cluster.deleteRegistryData();
    bringBack(cluster.registry());
  }

  @Override
  public void heal() {
    bringBack(cluster.registry());
    cluster.createTopics();
  }
}
