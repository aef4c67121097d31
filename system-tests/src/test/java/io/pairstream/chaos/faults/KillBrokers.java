package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Ends all brokers at once by SIGKILL, as where their room is without power, though what they had
 * handed to the operating system is kept; starts them again after a while.
 *
 * <p>Promised: brokers choose leaders again with no repair by hand, front doors acknowledge nothing
 * that is not kept, and instances go on by themselves, however long it lasts.
 */
final class KillBrokers extends ClusterFault {

  private List<PlatformProcess> killed = List.of();

  KillBrokers(String kind, Duration lasts, ChaosCluster cluster, SplittableRandom random) {
    super(kind, lasts, cluster, random);
  }

  @Override
  public void inject() {
    killed = cluster.brokers();
    hits("for " + lasts().toSeconds() + " s");
    killed.forEach(PlatformProcess::kill);
  }

  @Override
  public void heal() {
    bringBackBrokers(killed);
  }
}
