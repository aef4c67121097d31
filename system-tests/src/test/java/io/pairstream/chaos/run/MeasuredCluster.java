package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.ClusterPlan;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.load.Producers;
import io.pairstream.chaos.load.ProducersPlan;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.system.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A cluster of which figures are taken, round after round, each of which begins at rest. */
final class MeasuredCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final double MEASURED_UNTIL = 0.95;

  /** Longer than it takes until every thread has committed, which it does each second. */
  private static final Duration SET_IN = Duration.ofSeconds(2);

  private static final List<String> RAW_TOPICS =
      List.of(
          ChaosCluster.DATASET.topic(TopicCatalogue.CROWDSOURCED),
          ChaosCluster.DATASET.topic(TopicCatalogue.SCRAPED));

  private final ChaosCluster cluster;
  private final Path folder;
  private final AtomicLong sent = new AtomicLong();
  private final LiveReader live;
  private int rounds;
  private int gates;

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
   * Records per second with so many of the instances.
   *
   * <p>The load lies on the raw topics before instances may read the first record: so what is
   * counted is worked off in the time that is counted, and producers take no part of the processors
   * then. Measured is from an output after {@link #SET_IN} until 95 of 100 are there.
   *
   * @throws AssertionError where less than half of the load is left when measuring begins
   */
  double recordsPerSecond(int instances, long records) throws Exception {
    List<PlatformProcess> unused = run(instances);
    long all = live.outputs().size() + records;
    double rate;
    try (Gate gate = new Gate(cluster.access(), cluster.plan().partitions())) {
      gates++;
      send(records, 0).close();
      gate.open();
      rate = rate(records, all);
    }
    awaitRest();
    return rate;
  }

  /** Begins and ends with an output, since they come in batches, one with each commit. */
  private double rate(long records, long all) throws InterruptedException {
    Instant setIn = Instant.now().plus(SET_IN);
    Await.until(
        "outputs come",
        PATIENCE,
        () ->
            live.outputs().size() >= all || live.outputs().firstAfter(setIn, Set.of()).isPresent(),
        live.outputs()::size);
    awaitOutputs(Math.min(all, live.outputs().size() + 1));
    Instant from = Instant.now();
    long before = live.outputs().size();
    if (2 * (all - before) < records) {
      throw new AssertionError(
          "only "
              + (all - before)
              + " of "
              + records
              + " records were left when measuring began; send more");
    }
    awaitOutputs(all - Math.round((1 - MEASURED_UNTIL) * records));
    return (live.outputs().size() - before)
        / (Duration.between(from, Instant.now()).toMillis() / 1e3);
  }

  private void awaitOutputs(long outputs) throws InterruptedException {
    if (!live.awaitOutputs(outputs, PATIENCE)) {
      throw new AssertionError("not within " + PATIENCE + ": " + outputs + " outputs");
    }
  }

  /**
   * From the kill of an instance to the next committed output of the last of its partitions, while
   * records come all the time. What the victim committed last may be read for as long as the
   * others' transactions last, and does not count.
   */
  Duration takeOver(int instances, double recordsPerSecond, Afterwards afterwards)
      throws Exception {
    List<PlatformProcess> running = run(instances);
    PlatformProcess victim = running.get(rounds % running.size());
    long records = Math.round(recordsPerSecond * 3_600);
    Producers producers = send(records, recordsPerSecond);
    try {
      awaitOutputs(live.outputs().size() + Math.round(10 * recordsPerSecond));
      Set<TopicPartition> its =
          Await.answer("the brokers answer", PATIENCE, () -> cluster.assignedTo(victim));
      Instant killed = Instant.now();
      victim.kill();
      if (afterwards == Afterwards.STARTED_AGAIN) {
        victim.start();
      }
      Instant settled = killed.plus(SET_IN);
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
    return live.outputs().firstAfter(after, Set.of(partition));
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

  /**
   * An output can be read once its record is committed. Whether commits pass a gate's last mark,
   * behind which nothing comes, says nothing.
   */
  private void awaitRest() throws InterruptedException {
    long gateOffsets = Gate.OFFSETS * RAW_TOPICS.size() * cluster.plan().partitions();
    try (WaitingRecords waiting = new WaitingRecords(cluster.access())) {
      Await.until(
          "nothing waits",
          PATIENCE,
          () -> {
            try {
              Optional<WaitingRecords.Look> look = waiting.look();
              return look.isPresent()
                  && live.outputs().size() >= look.get().records() - gates * gateOffsets;
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              return false;
            }
          },
          live.outputs()::size);
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

  /**
   * Keeps instances from what is sent until it is opened. They read committed records only, and
   * none behind a transaction that is open: one is, on every raw partition. It is aborted, so
   * nobody ever sees its own records.
   */
  private static final class Gate implements AutoCloseable {

    /** On each partition: a record, and the mark that it is aborted. */
    static final long OFFSETS = 2;

    /** More than {@link #PATIENCE}; the brokers allow 15 minutes. */
    private static final Duration OPENS_WITHIN = Duration.ofMinutes(10);

    private static final byte[] SOMETHING = {1};

    private final KafkaProducer<byte[], byte[]> producer;

    Gate(Cluster cluster, int partitions) throws ExecutionException, InterruptedException {
      producer =
          new KafkaProducer<>(
              cluster.clientSettings(
                  Map.of(
                      "transactional.id",
                      "gate",
                      "transaction.timeout.ms",
                      (int) OPENS_WITHIN.toMillis())),
              new ByteArraySerializer(),
              new ByteArraySerializer());
      producer.initTransactions();
      producer.beginTransaction();
      for (String topic : RAW_TOPICS) {
        for (int partition = 0; partition < partitions; partition++) {
          producer.send(new ProducerRecord<>(topic, partition, SOMETHING, SOMETHING)).get();
        }
      }
    }

    void open() {
      producer.abortTransaction();
    }

    @Override
    public void close() {
      producer.close();
    }
  }
}
