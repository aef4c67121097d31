package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.ClusterPlan;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.load.Producers;
import io.pairstream.chaos.load.ProducersPlan;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.system.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/** A cluster of which figures are taken, round after round, each of which begins at rest. */
final class MeasuredCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final double MEASURED_UNTIL = 0.95;

  private final ChaosCluster cluster;
  private final Path folder;
  private final AtomicLong sent = new AtomicLong();
  private final LiveReader live;
  private int rounds;

  private MeasuredCluster(ChaosCluster cluster, Path folder) {
    this.cluster = cluster;
    this.folder = folder;
    this.live = LiveReader.start(cluster.access(), sent::get);
  }

  static MeasuredCluster start(ClusterPlan plan, Path folder) {
    return new MeasuredCluster(ChaosCluster.start(plan, folder.resolve("cluster")), folder);
  }

  /** What happened to a killed instance afterwards. */
  enum Afterwards {
    STARTED_AGAIN,
    STAYS_AWAY
  }

  /**
   * Records per second with so many of the instances, over a load that is sent as fast as it goes.
   *
   * <p>Measured is from the moment when all of it lies on the raw topics until 95 of 100 are
   * outputs: so the producers take no part of the processors then.
   *
   * @param share of the time for which image workers may work, above 0 and up to 1
   */
  double recordsPerSecond(int instances, long records, double share) throws Exception {
    List<PlatformProcess> running = run(instances);
    long before = live.outputsSoFar();
    send(records, 0).close();
    double rate = rate(before + Math.round(MEASURED_UNTIL * records), running, share);
    awaitRest();
    return rate;
  }

  private double rate(long until, List<PlatformProcess> running, double share)
      throws InterruptedException {
    SlowedWorkers slowed = SlowedWorkers.of(running, share);
    try {
      Instant from = Instant.now();
      long before = live.outputsSoFar();
      if (!live.awaitOutputs(until, PATIENCE)) {
        throw new AssertionError("not within " + PATIENCE + ": " + until + " outputs");
      }
      return (live.outputsSoFar() - before)
          / (Duration.between(from, Instant.now()).toMillis() / 1e3);
    } finally {
      slowed.close();
    }
  }

  /**
   * From the kill of an instance to the next committed output of the last of its partitions, while
   * records come all the time.
   */
  Duration takeOver(int instances, double recordsPerSecond, Afterwards afterwards)
      throws Exception {
    List<PlatformProcess> running = run(instances);
    PlatformProcess victim = running.get(rounds % running.size());
    long records = Math.round(recordsPerSecond * 3_600);
    Producers producers = send(records, recordsPerSecond);
    try {
      long before = live.outputsSoFar();
      if (!live.awaitOutputs(before + Math.round(10 * recordsPerSecond), PATIENCE)) {
        throw new AssertionError("no outputs before the kill");
      }
      Set<TopicPartition> its = cluster.assignedTo(victim);
      Instant killed = Instant.now();
      victim.kill();
      if (afterwards == Afterwards.STARTED_AGAIN) {
        victim.start();
      }
      Instant settled = killed.plusMillis(500);
      Await.until(
          "outputs of all its partitions come again",
          PATIENCE,
          () -> its.stream().allMatch(each -> first(settled, each).isPresent()),
          () -> its);
      return Duration.between(
          killed,
          its.stream()
              .map(each -> first(settled, each).orElseThrow())
              .max(Comparator.naturalOrder())
              .orElseThrow());
    } finally {
      producers.close();
      awaitRest();
    }
  }

  private Optional<Instant> first(Instant after, TopicPartition partition) {
    return live.firstOutputAfter(after, Set.of(partition));
  }

  /** Brings so many instances to run, each with partitions, and ends the others. */
  private List<PlatformProcess> run(int instances) {
    List<PlatformProcess> all = cluster.instances();
    List<PlatformProcess> wanted = all.subList(0, instances);
    all.subList(instances, all.size()).forEach(each -> each.stop(Duration.ofSeconds(30)));
    wanted.forEach(PlatformProcess::ensureRunning);
    wanted.forEach(each -> each.awaitReady(ChaosCluster.READY_WITHIN));
    int partitions = 2 * cluster.plan().partitions();
    Await.until(
        "each of " + instances + " instances has its part, and together they have all",
        PATIENCE,
        () ->
            wanted.stream().noneMatch(each -> cluster.assignedTo(each).isEmpty())
                && wanted.stream().mapToInt(each -> cluster.assignedTo(each).size()).sum()
                    == partitions,
        () -> wanted.stream().map(cluster::assignedTo).toList());
    return wanted;
  }

  /** Sends a load of its own; returns once it is acknowledged, or at once where it is slow. */
  private Producers send(long records, double recordsPerSecond)
      throws IOException, InterruptedException {
    rounds++;
    SeededLoad load = new SeededLoad(rounds);
    SentLedger ledger =
        SentLedger.create(
            folder.resolve("ledger-" + rounds + ".jsonl"), cluster.access().dataset(), load.seed());
    ProducersPlan plan = new ProducersPlan(records, 3, 0, recordsPerSecond, Duration.ofSeconds(30));
    Producers producers = Producers.open(cluster.access(), load, ledger, plan, List::of);
    producers.start();
    if (recordsPerSecond == 0 && !producers.awaitAllSent(PATIENCE)) {
      producers.close();
      throw new AssertionError("not all of " + records + " records were acknowledged");
    }
    return producers;
  }

  private void awaitRest() throws InterruptedException {
    try (WaitingRecords waiting = new WaitingRecords(cluster.access())) {
      Await.until(
          "nothing waits",
          PATIENCE,
          () -> {
            try {
              Optional<WaitingRecords.Look> look = waiting.look();
              return look.isPresent()
                  && look.get().waiting() == 0
                  && live.outputsSoFar() >= look.get().records();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              return false;
            }
          },
          live::outputsSoFar);
    }
  }

  /** Raw records of which more than one output was seen. */
  List<String> repeated() {
    return live.repeated();
  }

  @Override
  public void close() {
    live.close();
    cluster.close();
  }
}
