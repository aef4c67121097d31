package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.system.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** What faults have in common: a cluster, and chance, which chooses whom they hit. */
abstract class ClusterFault implements Fault {

  /** How long all copies may take to be in sync again after a broker is back. */
  static final Duration IN_SYNC_WITHIN = Duration.ofMinutes(6);

  private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(4);

  final ChaosCluster cluster;
  final SplittableRandom random;
  private final String kind;
  private final Duration lasts;
  private String words;
  private Set<TopicPartition> touches = Set.of();
  private Optional<Instant> struckAt = Optional.empty();

  ClusterFault(String kind, Duration lasts, ChaosCluster cluster, SplittableRandom random) {
    this.kind = kind;
    this.lasts = lasts;
    this.cluster = cluster;
    this.random = random;
    this.words = kind;
  }

  @Override
  public final String kind() {
    return kind;
  }

  @Override
  public final String words() {
    return words;
  }

  @Override
  public Duration lasts() {
    return lasts;
  }

  @Override
  public final Optional<Instant> struckAt() {
    return struckAt;
  }

  @Override
  public final Set<TopicPartition> touches() {
    return touches;
  }

  @Override
  public Optional<String> impossible() {
    return Optional.empty();
  }

  /** Notes what is hit. */
  final void hits(String what) {
    words = kind + ": " + what;
  }

  /** Ends a process by SIGKILL, which is the blow of this fault. */
  final void strike(PlatformProcess process) {
    struckAt = Optional.of(Instant.now());
    process.kill();
  }

  /** What the brokers say, who may be busy with what was before; asked until they do. */
  static <T> T answered(Supplier<T> question) {
    return Await.answer("the brokers answer", ANSWERED_WITHIN, question);
  }

  /** Notes the raw partitions whose work stops, as far as the brokers tell. */
  final void touches(Asking asking) {
    try {
      touches = asking.ask();
    } catch (KafkaException | IllegalStateException e) {
      touches = Set.of();
    }
  }

  /** A question to the brokers, which may be busy with another fault. */
  @FunctionalInterface
  interface Asking {
    Set<TopicPartition> ask();
  }

  /** One of those that run, by chance. */
  final PlatformProcess anyOf(List<PlatformProcess> processes) {
    List<PlatformProcess> running = processes.stream().filter(PlatformProcess::isRunning).toList();
    if (running.isEmpty()) {
      throw new IllegalStateException("none of " + processes + " runs");
    }
    return running.get(random.nextInt(running.size()));
  }

  /** An instance, by chance, with its partitions noted as those that are touched. */
  final PlatformProcess anyInstance() {
    PlatformProcess instance = anyOf(cluster.instances());
    touches(() -> cluster.assignedTo(instance));
    return instance;
  }

  /** Starts a process where it does not run, and waits until it answers. */
  static void bringBack(PlatformProcess process) {
    process.thaw();
    process.ensureRunning();
    process.awaitReady(ChaosCluster.READY_WITHIN);
  }

  /** The same of brokers, and waits until all copies are in sync. */
  final void bringBackBrokers(List<PlatformProcess> brokers) {
    // All first: one alone elects nobody, and is not ready.
    brokers.forEach(PlatformProcess::thaw);
    brokers.forEach(PlatformProcess::ensureRunning);
    brokers.forEach(ClusterFault::bringBack);
    cluster.awaitInSync(IN_SYNC_WITHIN);
  }

  /** The same of one broker. */
  final void bringBackBroker(PlatformProcess broker) {
    bringBackBrokers(List.of(broker));
  }

  /** Seconds between two limits, by chance. */
  static Duration between(SplittableRandom random, int least, int most) {
    return Duration.ofSeconds(random.nextInt(least, most + 1));
  }
}
