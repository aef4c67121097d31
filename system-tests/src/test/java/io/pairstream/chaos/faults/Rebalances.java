package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Adds an instance, takes it away, and so on, every 20 s.
 *
 * <p>Promised: each time the work is shared out anew, nothing is lost, and the others do not stop.
 */
final class Rebalances extends ClusterFault {

  private static final Duration EVERY = Duration.ofSeconds(20);

  /** Adds two and takes two away. */
  private static final int TURNS = 4;

  private final AtomicReference<PlatformProcess> added = new AtomicReference<>();
  private Optional<Repeated> turns = Optional.empty();

  Rebalances(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, EVERY.multipliedBy(TURNS).plusSeconds(1), cluster, random);
  }

  @Override
  public void inject() {
    turns = Optional.of(Repeated.start("rebalances", () -> EVERY, this::turn));
  }

  private void turn() {
    PlatformProcess instance = added.getAndSet(null);
    if (instance == null) {
      added.set(cluster.addInstance());
    } else {
      cluster.removeInstance(instance);
    }
  }

  @Override
  public void heal() {
    try {
      turns.ifPresent(Repeated::close);
    } finally {
      Optional.ofNullable(added.getAndSet(null)).ifPresent(cluster::removeInstance);
    }
  }
}
