package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Ends a front door by SIGKILL and starts it again after a while.
 *
 * <p>Promised: what was answered is in Kafka; what was not, and is sent again under its key, is
 * there once.
 */
final class KillFrontDoor extends ClusterFault {

  private Optional<PlatformProcess> killed = Optional.empty();

  KillFrontDoor(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 3, 8), cluster, random);
  }

  @Override
  public Optional<String> impossible() {
    return cluster.frontDoors().isEmpty()
        ? Optional.of("the cluster has no front door")
        : Optional.empty();
  }

  @Override
  public void inject() {
    PlatformProcess door = anyOf(cluster.frontDoors());
    hits(door.name());
    killed = Optional.of(door);
    door.kill();
  }

  @Override
  public void heal() {
    killed.ifPresent(ClusterFault::bringBack);
  }
}
