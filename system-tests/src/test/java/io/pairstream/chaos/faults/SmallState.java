package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives an instance a state directory that is full, or that cannot be written.
 *
 * <p>Promised: with too little room it pauses its work and keeps its partitions until there is room
 * again; where it cannot write at all it does not start, and others do its work.
 */
final class SmallState extends ClusterFault {

  private static final int MEBIBYTES = 400;

  private final boolean readOnly;
  private Optional<PlatformProcess> squeezed = Optional.empty();

  SmallState(String kind, boolean readOnly, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 15, 20), cluster, random);
    this.readOnly = readOnly;
  }

  @Override
  public Optional<String> impossible() {
    return cluster.abilities().noMounts().map(reason -> "nothing can be mounted: " + reason);
  }

  @Override
  public boolean mayEndProcesses() {
    return readOnly;
  }

  @Override
  public boolean kills() {
    return readOnly; // with too little room it keeps its partitions, and waits
  }

  @Override
  public void inject() {
    PlatformProcess instance = anyInstance();
    hits(instance.name());
    squeezed = Optional.of(instance);
    strike(instance);
    cluster.smallStateDir(instance, MEBIBYTES, readOnly);
    instance.start();
    if (!readOnly) {
      instance.awaitReady(ChaosCluster.READY_WITHIN);
      cluster.fillStateDir(instance);
    }
  }

  @Override
  public void heal() {
    squeezed.ifPresent(
        instance -> {
          boolean wrong = readOnly && !ends(instance);
          instance.stop(Duration.ofSeconds(20));
          cluster.ownStateDir(instance);
          bringBack(instance);
          if (wrong) {
            throw new BrokenPromiseError(instance + " works on a directory that it cannot write");
          }
        });
  }

  /** A machine that is busy may take its time to start it, and so to refuse. */
  private static boolean ends(PlatformProcess instance) {
    long until = System.nanoTime() + ChaosCluster.READY_WITHIN.toNanos();
    while (instance.isRunning() && System.nanoTime() < until) {
      if (instance.isReady()) {
        return false;
      }
      LockSupport.parkNanos(100_000_000);
    }
    return !instance.isRunning();
  }
}
