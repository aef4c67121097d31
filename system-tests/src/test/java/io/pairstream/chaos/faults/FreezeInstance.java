package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Holds an instance (SIGSTOP) for longer than its session, which is 10 s, then lets it go on as if
 * nothing had been.
 *
 * <p>Promised: others do its work meanwhile; when it goes on, nothing of what it had under way
 * counts, and it takes part again.
 */
final class FreezeInstance extends ClusterFault {

  private final Optional<String> impossible;
  private Optional<PlatformProcess> frozen = Optional.empty();

  FreezeInstance(
      String kind,
      Duration lasts,
      Optional<String> impossible,
      ChaosCluster cluster,
      SplittableRandom random) {
    super(kind, lasts, cluster, random);
    this.impossible = impossible;
  }

  @Override
  public Optional<String> impossible() {
    return impossible;
  }

  @Override
  public void inject() {
    PlatformProcess instance = anyInstance();
    hits(instance.name() + " for " + lasts().toSeconds() + " s");
    frozen = Optional.of(instance);
    instance.freeze();
  }

  @Override
  public void heal() {
    frozen.ifPresent(ClusterFault::bringBack);
  }
}
