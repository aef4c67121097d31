package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Ends an instance of preprocessing by SIGKILL and starts it again after a while.
 *
 * <p>Promised: what it had under way is undone and done again, once. While it is away longer than
 * its session (10 s), others do its work.
 */
final class KillInstance extends ClusterFault {

  private Optional<PlatformProcess> killed = Optional.empty();

  KillInstance(String kind, Duration away, ChaosCluster cluster, SplittableRandom random) {
    super(kind, away, cluster, random);
  }

  @Override
  public boolean kills() {
    return true;
  }

  @Override
  public void inject() {
    PlatformProcess instance = anyInstance();
    hits(instance.name());
    killed = Optional.of(instance);
    strike(instance);
  }

  @Override
  public void heal() {
    killed.ifPresent(ClusterFault::bringBack);
  }
}
