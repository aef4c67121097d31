package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.NewerSchemas;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.KafkaException;

/**
 * Runs an instance of a release to come, whose records have one more field ({@link NewerSchemas}),
 * beside the others, after an operator has registered its schemas; then takes it away again.
 *
 * <p>Promised: both read what the other writes, receipts and stores too, and no record is decided
 * twice, or by nobody.
 */
final class NewerInstance extends ClusterFault {

  private Optional<PlatformProcess> newer = Optional.empty();

  NewerInstance(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 20, 30), cluster, random);
  }

  @Override
  public void inject() {
    cluster.registerNewerSchemas();
    PlatformProcess instance = cluster.addNewerInstance();
    newer = Optional.of(instance);
    hits(instance.name());
    instance.awaitReady(ChaosCluster.READY_WITHIN);
  }

  @Override
  public void heal() {
    newer.ifPresent(
        instance -> {
          boolean ran = instance.isRunning();
          boolean worked = hasWork(instance);
          cluster.removeInstance(instance);
          if (!ran || !worked) {
            throw new AssertionError(
                instance + (ran ? " was given no work" : " has ended") + ": " + instance.logEnd());
          }
        });
  }

  private boolean hasWork(PlatformProcess instance) {
    try {
      return !cluster.assignedTo(instance).isEmpty();
    } catch (KafkaException e) {
      return true; // nobody can be asked
    }
  }
}
