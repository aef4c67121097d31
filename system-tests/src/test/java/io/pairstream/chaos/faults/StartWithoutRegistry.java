package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.cluster.RegistryDoor;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Starts an instance anew while the registry is away.
 *
 * <p>Promised: it waits for the registry and then works; it neither ends nor blames a record.
 */
final class StartWithoutRegistry extends ClusterFault {

  private Optional<PlatformProcess> restarted = Optional.empty();

  StartWithoutRegistry(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(20), cluster, random);
  }

  @Override
  public boolean kills() {
    return true;
  }

  @Override
  public void inject() {
    PlatformProcess instance = anyInstance();
    hits(instance.name());
    restarted = Optional.of(instance);
    cluster.registryDoor().mode(RegistryDoor.Mode.REFUSE);
    strike(instance);
    instance.start();
  }

  @Override
  public void heal() {
    boolean waited = restarted.map(PlatformProcess::isRunning).orElse(true);
    cluster.registryDoor().mode(RegistryDoor.Mode.PASS);
    restarted.ifPresent(ClusterFault::bringBack);
    if (!waited) {
      throw new BrokenPromiseError(
          restarted.orElseThrow() + " ended instead of waiting for the registry");
    }
  }
}
