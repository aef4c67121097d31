package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.RegistryDoor;
import java.util.SplittableRandom;

/**
 * Lets the registry's door refuse, hang or answer 500 for a while.
 *
 * <p>Promised: a schema that nobody knows yet waits, with its record, until the registry answers;
 * no record is sent to quarantine for it.
 */
final class RegistryOutOfOrder extends ClusterFault {

  private final RegistryDoor.Mode mode;

  RegistryOutOfOrder(
      String kind, RegistryDoor.Mode mode, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 20, 30), cluster, random);
    this.mode = mode;
  }

  @Override
  public void inject() {
    cluster.registryDoor().mode(mode);
  }

  @Override
  public void heal() {
    cluster.registryDoor().mode(RegistryDoor.Mode.PASS);
  }
}
