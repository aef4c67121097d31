package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Holds all brokers (SIGSTOP) for longer than a producer waits for an answer, a minute, so that
 * commits are given up whose outcome nobody knows.
 *
 * <p>Promised: instances go on by themselves, and what was in hand is neither lost nor done twice.
 */
final class FreezeBrokers extends ClusterFault {

  private List<PlatformProcess> frozen = List.of();

  FreezeBrokers(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 70, 100), cluster, random);
  }

  @Override
  public void inject() {
    hits("for " + lasts().toSeconds() + " s");
    frozen = cluster.brokers();
    frozen.forEach(PlatformProcess::freeze);
  }

  @Override
  public void heal() {
    bringBackBrokers(frozen);
  }
}
