package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Stops a broker in order (SIGTERM) and starts it again.
 *
 * <p>Promised: it hands its partitions over first, so that hardly anybody notices.
 */
final class RestartBroker extends ClusterFault {

  private static final Duration GRACE = Duration.ofSeconds(60);

  private Optional<PlatformProcess> stopped = Optional.empty();

  RestartBroker(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(2), cluster, random);
  }

  @Override
  public void inject() {
    PlatformProcess broker = anyOf(cluster.brokers());
    hits(broker.name());
    touches(() -> cluster.ledBy(broker));
    stopped = Optional.of(broker);
    broker.stop(GRACE);
  }

  @Override
  public void heal() {
    stopped.ifPresent(this::bringBackBroker);
  }
}
