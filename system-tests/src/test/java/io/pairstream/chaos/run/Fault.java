package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/** A fault of one process of a cluster, and its length. */
enum Fault {
  /**
   * Back before or after its session (10 s) ends; what it had under way is undone, and done once.
   */
  KILL_INSTANCE("kill -9 of an instance", 1, 6, Fault::instance, PlatformProcess::kill),

  /** Others do its work. */
  KILL_INSTANCE_FOR_LONG(
      "kill -9 of an instance that stays away for 40 s",
      40,
      40,
      Fault::instance,
      PlatformProcess::kill),

  /** Others do its work; when it goes on, nothing of what it had under way counts. */
  FREEZE_INSTANCE(
      "SIGSTOP of an instance for longer than its session",
      14,
      24,
      Fault::instance,
      PlatformProcess::freeze),

  /** The picture under way is tried once more in a fresh worker; the instance goes on. */
  CRASH_WORKER("SIGSEGV of an image worker", 3, 3, Fault::instance, PlatformProcess::crashChild),

  /** Another broker takes over, and nothing that was acknowledged is lost; also of the next two. */
  KILL_LEADER("kill -9 of a partition leader", 6, 12, Fault::leader, PlatformProcess::kill),

  KILL_CONTROLLER(
      "kill -9 of the active controller",
      6,
      12,
      (cluster, random) -> cluster.activeController(),
      PlatformProcess::kill),

  KILL_COORDINATOR(
      "kill -9 of a transaction coordinator", 6, 12, Fault::coordinator, PlatformProcess::kill),

  /**
   * Kills the ingest API: answered pairs are in Kafka; others, sent again under their keys, are
   * there once.
   */
  KILL_INGEST(
      "kill -9 of the ingest API",
      3,
      8,
      (cluster, random) -> cluster.ingest(),
      PlatformProcess::kill),

  /** Records under known schemas are taken and decided as if nothing were; others wait. */
  KILL_REGISTRY(
      "kill -9 of the registry",
      15,
      25,
      (cluster, random) -> cluster.registry(),
      PlatformProcess::kill);

  private final String words;
  private final int leastSeconds;
  private final int mostSeconds;
  private final BiFunction<ChaosCluster, SplittableRandom, PlatformProcess> victim;
  private final Consumer<PlatformProcess> strike;

  Fault(
      String words,
      int leastSeconds,
      int mostSeconds,
      BiFunction<ChaosCluster, SplittableRandom, PlatformProcess> victim,
      Consumer<PlatformProcess> strike) {
    this.words = words;
    this.leastSeconds = leastSeconds;
    this.mostSeconds = mostSeconds;
    this.victim = victim;
    this.strike = strike;
  }

  /** Whom it hits now; asks the brokers, which may fail while they elect. */
  PlatformProcess victim(ChaosCluster cluster, SplittableRandom random) {
    return victim.apply(cluster, random);
  }

  /** Does it, and returns when it is done. */
  void strike(PlatformProcess process) {
    strike.accept(process);
  }

  int seconds(SplittableRandom random) {
    return random.nextInt(leastSeconds, mostSeconds + 1);
  }

  private static PlatformProcess instance(ChaosCluster cluster, SplittableRandom random) {
    return cluster.instances().get(random.nextInt(cluster.instances().size()));
  }

  private static PlatformProcess leader(ChaosCluster cluster, SplittableRandom random) {
    String topic = random.nextBoolean() ? "crowdsourced" : "training";
    return cluster.leaderOf(
        new TopicPartition(
            ChaosCluster.DATASET.topic(topic), random.nextInt(ChaosCluster.PARTITIONS)));
  }

  private static PlatformProcess coordinator(ChaosCluster cluster, SplittableRandom random) {
    List<String> ids = cluster.transactionalIds().stream().sorted().toList();
    return cluster.coordinatorOf(ids.get(random.nextInt(ids.size())));
  }

  @Override
  public String toString() {
    return words;
  }
}
