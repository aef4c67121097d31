package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.NewerSchemas;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;

/**
 * Upgrades an instance, beside the others, to a release to come, whose records have one more field
 * ({@link NewerSchemas}), after an operator has registered its schemas; then takes it back.
 *
 * <p>Promised: both read what the other writes, receipts and stores too, and no record is decided
 * twice, or by nobody.
 */
final class NewerInstance extends ClusterFault {

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration WORKS_WITHIN = Duration.ofMinutes(4);

  private Optional<PlatformProcess> older = Optional.empty();
  private Optional<PlatformProcess> newer = Optional.empty();

  NewerInstance(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, between(random, 40, 50), cluster, random);
  }

  @Override
  public void inject() {
    cluster.registerNewerSchemas();
    PlatformProcess before = anyInstance();
    older = Optional.of(before);
    boolean unused = before.stop(GRACE);
    PlatformProcess instance = cluster.addNewerInstance(before);
    newer = Optional.of(instance);
    hits(instance.name() + " in the place of " + before.name());
    instance.awaitReady(ChaosCluster.READY_WITHIN);
  }

  @Override
  public void heal() {
    Optional<String> broken = newer.flatMap(this::idle);
    newer.ifPresent(cluster::removeInstance);
    older.ifPresent(ClusterFault::bringBack);
    broken.ifPresent(
        words -> {
          throw new BrokenPromiseError(words);
        });
  }

  /** Why it does not take part; empty where it does. */
  private Optional<String> idle(PlatformProcess instance) {
    long until = System.nanoTime() + WORKS_WITHIN.toNanos();
    while (instance.isRunning() && System.nanoTime() < until) {
      if (hasWork(instance)) {
        return Optional.empty();
      }
      LockSupport.parkNanos(500_000_000);
    }
    return Optional.of(
        instance
            + (instance.isRunning() ? " was given no work" : " has ended: " + instance.logEnd()));
  }

  private boolean hasWork(PlatformProcess instance) {
    try {
      return !cluster.assignedTo(instance).isEmpty();
    } catch (KafkaException e) {
      return true; // nobody can be asked
    }
  }
}
