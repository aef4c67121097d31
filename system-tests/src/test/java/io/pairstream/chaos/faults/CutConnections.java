package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.TcpDoor;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Cuts all connections between the first instance and the brokers again and again, some hundred
 * milliseconds apart.
 *
 * <p>Promised: what was under way is asked again or done again, once; the instance does not end.
 */
final class CutConnections extends ClusterFault {

  private Optional<Repeated> cutting = Optional.empty();

  CutConnections(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 15, 25), cluster, random);
  }

  @Override
  public void inject() {
    hits(cluster.instances().get(0).name());
    SplittableRandom pauses = random.split();
    cutting =
        Optional.of(
            Repeated.start(
                "cut-connections",
                () -> Duration.ofMillis(pauses.nextInt(300, 800)),
                () -> cluster.brokerDoors().forEach(TcpDoor::cut)));
  }

  @Override
  public void heal() {
    cutting.ifPresent(Repeated::close);
    bringBack(cluster.instances().get(0));
  }
}
