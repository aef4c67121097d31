package io.pairstream.chaos.cluster;

import io.pairstream.platform.FreePorts;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.testing.PythonEnvironment;
import io.pairstream.tools.topics.CreateTopics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/**
 * Three brokers that keep everything three times, a registry, instances of preprocessing and an
 * HTTP server that takes pairs: all of them processes that can be hurt one by one. Thread-safe.
 */
public final class ChaosCluster implements AutoCloseable {

  /** The data set that it works on. */
  public static final Dataset DATASET = new Dataset("chaos");

  public static final int PARTITIONS = 4;

  private static final int BROKERS = 3;
  private static final int INSTANCES = 3;

  private final FreePorts ports = new FreePorts();
  private final Path folder;
  private final Path build;
  private final List<BrokerAddress> addresses = new ArrayList<>();
  private final List<PlatformProcess> brokers = new ArrayList<>();
  private final List<PlatformProcess> instances = new ArrayList<>();
  private final int registryPort = ports.next();
  private final PlatformProcess registry;
  private final int ingestPort = ports.next();
  private final PlatformProcess ingest;
  private final int operatePort = ports.next();
  private final List<PlatformProcess> others = new ArrayList<>();
  private final ClusterProcesses processes;
  private Admin admin;

  private ChaosCluster(Path folder, Path build) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.build = build;
    processes = new ClusterProcesses(this.folder, Uuid.randomUuid().toString(), build);
    for (int node = 1; node <= BROKERS; node++) {
      addresses.add(new BrokerAddress(node, ports.next(), ports.next()));
    }
    for (BrokerAddress address : addresses) {
      brokers.add(processes.broker(address, addresses));
    }
    registry = processes.registry(bootstrapServers(), registryPort);
    Cluster forServices = access(Map.of(), Map.of());
    ingest = processes.ingest("ingest", forServices, ingestPort);
    for (int number = 1; number <= INSTANCES; number++) {
      instances.add(processes.instance("preprocess-" + number, forServices, ports.next()));
    }
  }

  /**
   * Starts all of it and returns once records can be published, are cleaned, and can be sent by
   * HTTP.
   *
   * @param folder holds everything that the processes write; made where missing
   * @param build jars that they run
   * @throws AssertionError where something does not start; then nothing is left running
   */
  public static ChaosCluster start(Path folder, Path build) throws IOException {
    ChaosCluster cluster = new ChaosCluster(folder, build);
    try {
      cluster.start();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private void start() {
    brokers.forEach(PlatformProcess::start);
    registry.start();
    brokers.forEach(broker -> broker.awaitReady());
    admin = new ClusterAccess(access()).admin();
    registry.awaitReady();
    // Brokers that have only just come need not answer the first time.
    var unused =
        Await.answer(
            "the topics are made",
            () ->
                new CreateTopics(new ClusterAccess(access()), (short) BROKERS)
                    .create(new TopicCatalogue(DATASET, PARTITIONS)));
    awaitRawTopics();
    ingest.start();
    instances.forEach(PlatformProcess::start);
    ingest.awaitReady();
    instances.forEach(instance -> instance.awaitReady());
  }

  /**
   * An idempotent producer loses records on a partition whose leader does not host it yet
   * (KAFKA-15591).
   */
  private void awaitRawTopics() {
    List<TopicPartition> raw =
        Stream.of(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED)
            .flatMap(
                topic ->
                    IntStream.range(0, PARTITIONS)
                        .mapToObj(each -> new TopicPartition(DATASET.topic(topic), each)))
            .toList();
    var unused =
        Await.answer(
            "the raw topics are led",
            () -> KafkaAnswers.await(LogEnds.ask(admin, raw, IsolationLevel.READ_UNCOMMITTED)));
  }

  /** The jars that all processes begin with. */
  public Path build() {
    return build;
  }

  /** Lets another build register its schemas, as an operator does before an upgrade. */
  public void registerSchemasOf(Path build) {
    PlatformProcess create =
        processes.createTopics(
            access(), PARTITIONS, folder.resolve("registry").resolve(RegistryCredential.FILE_NAME));
    create.startFrom(build);
    create.awaitEnd();
  }

  /**
   * Asks {@code doctor} and {@code audit} of a build, as an operator does after an upgrade.
   *
   * @throws AssertionError where one of them finds something
   */
  public void check(Path build) {
    for (PlatformProcess command : processes.checks(access(Map.of(), Map.of()))) {
      command.startFrom(build);
      command.awaitEnd();
    }
  }

  /** For the harness's own clients. */
  public Cluster access() {
    return access(Map.of(), registrySettings());
  }

  /**
   * Access that waits long for answers: for questions that are asked once, while no fault is under
   * way.
   */
  public Cluster patientAccess() {
    return access(LongTimeouts.TIMEOUT, registrySettings());
  }

  private Cluster access(Map<String, String> kafka, Map<String, String> ofRegistry) {
    return new Cluster(
        bootstrapServers(), "http://127.0.0.1:" + registryPort, DATASET, kafka, ofRegistry);
  }

  private String bootstrapServers() {
    return addresses.stream().map(BrokerAddress::text).collect(Collectors.joining(","));
  }

  /** An operator's, who may register schemas once the registry has made its credential. */
  private Map<String, String> registrySettings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("http.connect.timeout.ms", "60000");
    settings.put("http.read.timeout.ms", "60000");
    try {
      settings.putAll(
          RegistryCredential.read(folder.resolve("registry").resolve(RegistryCredential.FILE_NAME))
              .clientSettings());
    } catch (NoSuchFileException e) {
      // It is only just beginning.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settings;
  }

  /** In the order of their nodes' numbers, which begin with 1. */
  public List<PlatformProcess> brokers() {
    return List.copyOf(brokers);
  }

  public PlatformProcess registry() {
    return registry;
  }

  /** The instances of preprocessing, running or not. */
  public List<PlatformProcess> instances() {
    return List.copyOf(instances);
  }

  /** The HTTP server that takes pairs. */
  public PlatformProcess ingest() {
    return ingest;
  }

  /** Where that listens, without a path. */
  public URI ingestAddress() {
    return URI.create("http://127.0.0.1:" + ingestPort);
  }

  /**
   * Starts a fetcher, a process that asks models, and the operators' service, which are not there
   * otherwise.
   *
   * @param cards folder of models' cards
   * @return in this order
   */
  public List<PlatformProcess> startOthers(Path cards) {
    Cluster forServices = access(Map.of(), Map.of());
    others.add(processes.fetch(forServices, ports.next()));
    others.add(processes.score(forServices, cards, ports.next()));
    others.add(processes.operate(forServices, operatePort));
    others.forEach(PlatformProcess::start);
    others.forEach(other -> other.awaitReady());
    return List.copyOf(others);
  }

  /** Where the operators' service listens, without a path. */
  public String operateAddress() {
    return "http://127.0.0.1:" + operatePort;
  }

  /**
   * A trainer that has yet to be started.
   *
   * @param python has the packages that the loader needs
   */
  public Trainer trainer(PythonEnvironment python) {
    return processes.trainer(access(Map.of(), Map.of()), python);
  }

  /** All processes of the platform, of whatever kind, running or not. */
  public List<PlatformProcess> all() {
    return Stream.of(brokers, List.of(registry, ingest), instances, others)
        .flatMap(List::stream)
        .toList();
  }

  /**
   * The broker that leads a partition now.
   *
   * @throws IllegalStateException where none does
   */
  public PlatformProcess leaderOf(TopicPartition partition) {
    Node leader =
        KafkaAnswers.await(admin.describeTopics(Set.of(partition.topic())).allTopicNames())
            .get(partition.topic())
            .partitions()
            .get(partition.partition())
            .leader();
    if (leader == null || leader.isEmpty()) {
      throw new IllegalStateException(partition + " has no leader");
    }
    return brokers.get(leader.id() - 1);
  }

  /** The broker whose controller is the active one now. */
  public PlatformProcess activeController() {
    return brokers.get(
        KafkaAnswers.await(admin.describeMetadataQuorum().quorumInfo()).leaderId() - 1);
  }

  /** The transactional ids that the brokers know. */
  public Set<String> transactionalIds() {
    return KafkaAnswers.await(admin.listTransactions().all()).stream()
        .map(TransactionListing::transactionalId)
        .collect(Collectors.toSet());
  }

  /** The broker that coordinates a producer's transactions now. */
  public PlatformProcess coordinatorOf(String transactionalId) {
    return brokers.get(
        KafkaAnswers.await(
                    admin
                        .describeTransactions(Set.of(transactionalId))
                        .description(transactionalId))
                .coordinatorId()
            - 1);
  }

  /**
   * Returns once all brokers run, and every partition of every topic, Kafka's own ones too, has all
   * its copies in sync.
   */
  public void awaitInSync() {
    long began = System.currentTimeMillis();
    Await.until(
        "all copies are in sync",
        () -> haveHeardAllSince(began) && behind().isEmpty(),
        () -> behind() + ", " + voters());
  }

  /**
   * Whether every broker has heard of all that was decided until then, in milliseconds of the
   * epoch: any of them may be asked, and one that was held or cut off knows what was before.
   */
  private boolean haveHeardAllSince(long epochMillis) {
    return voters().stream()
        .allMatch(voter -> voter.lastCaughtUpTimestamp().orElse(0) > epochMillis);
  }

  private List<QuorumInfo.ReplicaState> voters() {
    return KafkaAnswers.await(admin.describeMetadataQuorum().quorumInfo()).voters();
  }

  /** The partitions of which a copy is behind or away. */
  private List<TopicPartition> behind() {
    Set<String> topics =
        KafkaAnswers.await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    List<TopicPartition> behind = new ArrayList<>();
    KafkaAnswers.await(admin.describeTopics(topics).allTopicNames())
        .forEach(
            (topic, description) -> {
              for (TopicPartitionInfo partition : description.partitions()) {
                if (partition.isr().size() < BROKERS) {
                  behind.add(new TopicPartition(topic, partition.partition()));
                }
              }
            });
    return behind;
  }

  /** Ends everything, whatever state it is in. */
  @Override
  public void close() {
    // All of them before the wait for any.
    all().forEach(PlatformProcess::killWithoutWaiting);
    all().forEach(PlatformProcess::kill);
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    // Last: no process listens any more.
    ports.close();
  }
}
