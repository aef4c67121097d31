package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Holds a broker (SIGSTOP) for longer than its session, then lets it go on as if it still led.
 *
 * <p>Promised: others lead meanwhile; what it takes as a leader of yesterday is not acknowledged,
 * and nothing that was acknowledged is lost.
 */
final class FreezeBroker extends ClusterFault {

  private Optional<PlatformProcess> frozen = Optional.empty();

  FreezeBroker(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 15, 30), cluster, random);
  }

  @Override
  public void inject() {
    PlatformProcess broker = anyOf(cluster.brokers());
    hits(broker.name() + " for " + lasts().toSeconds() + " s");
    touches(() -> cluster.ledBy(broker));
    frozen = Optional.of(broker);
    broker.freeze();
  }

  @Override
  public void heal() {
    frozen.ifPresent(this::bringBackBroker);
  }
}
