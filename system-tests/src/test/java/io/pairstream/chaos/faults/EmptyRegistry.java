package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Starts the registry again without any of its schemas; after a while an operator runs {@code
 * topics create}.
 *
 * <p>Promised: a record whose schema cannot be judged waits, and is blamed for nothing; the same
 * schemas are registered again under the same ids, so that what is written stays readable.
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
