package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Stops each instance in order (SIGTERM) and starts it again, one after the other, as an upgrade
 * does.
 *
 * <p>Promised: each ends within its grace, and the others do its work meanwhile.
 */
final class RestartInstances extends ClusterFault {

  private static final Duration GRACE = Duration.ofSeconds(30);

  private final List<String> broken = new ArrayList<>();

  RestartInstances(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(1), cluster, random);
  }

  @Override
  public void inject() {
    for (PlatformProcess instance : cluster.instances()) {
      // Once it is started again, nobody can tell.
      if (instance.endedByItself()) {
        broken.add(instance + " had ended before its turn");
      }
      if (!instance.stop(GRACE)) {
        broken.add(instance + " had not ended " + GRACE.toSeconds() + " s after SIGTERM");
      }
      bringBack(instance);
    }
  }

  @Override
  public void heal() {
    cluster.instances().forEach(ClusterFault::bringBack);
    if (!broken.isEmpty()) {
      throw new BrokenPromiseError(String.join("; ", broken));
    }
  }
}
