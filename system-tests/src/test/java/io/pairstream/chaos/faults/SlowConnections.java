package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Holds everything between the first instance and the brokers for 200 ms, in each direction.
 *
 * <p>Promised: it is slower, and that is all.
 */
final class SlowConnections extends ClusterFault {

  private static final Duration DELAY = Duration.ofMillis(200);

  SlowConnections(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 20, 30), cluster, random);
  }

  @Override
  public void inject() {
    hits(cluster.instances().get(0).name());
    cluster.brokerDoors().forEach(door -> door.delay(DELAY));
  }

  @Override
  public void heal() {
    cluster.brokerDoors().forEach(door -> door.delay(Duration.ZERO));
  }
}
