package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Removes the state directory of an instance, while it runs or while it is down.
 *
 * <p>Promised: the stores are made again from their changelog; an instance that cannot go on ends,
 * and is right when started again.
 */
final class DeleteState extends ClusterFault {

  private final boolean whileDown;
  private Optional<PlatformProcess> bereft = Optional.empty();

  DeleteState(String kind, boolean whileDown, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 8, 15), cluster, random);
    this.whileDown = whileDown;
  }

  @Override
  public boolean kills() {
    return whileDown;
  }

  /** One that runs may find that its files are gone. */
  @Override
  public boolean mayEndProcesses() {
    return true;
  }

  @Override
  public void inject() {
    PlatformProcess instance = anyInstance();
    hits(instance.name());
    bereft = Optional.of(instance);
    if (whileDown) {
      strike(instance);
    }
    cluster.deleteStateDir(instance);
  }

  @Override
  public void heal() {
    // One that goes on without its files would end at some later time, in another fault.
    bereft.ifPresent(PlatformProcess::kill);
    bereft.ifPresent(ClusterFault::bringBack);
  }
}
