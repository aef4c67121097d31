package io.pairstream.chaos.cluster;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operations.PatientClients;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.registry.RegistryCredential;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.platform.FreePorts;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.system.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/**
 * Three brokers that keep everything three times, a registry behind a door, instances of
 * preprocessing and front doors: all of them processes that can be hurt one by one.
 *
 * <p>The first instance reaches the brokers through {@link TcpDoor}s, all others directly; all of
 * the platform reaches the registry through its {@link RegistryDoor}. Thread-safe.
 */
public final class ChaosCluster implements AutoCloseable {

  /** The data set that it works on. */
  public static final Dataset DATASET = new Dataset("chaos");

  /** How long each process may take to answer for the first time. */
  public static final Duration READY_WITHIN = Duration.ofMinutes(4);

  private static final int BROKERS = 3;

  /** The first one goes through doors, which are in the harness's network. */
  private static final int SEPARATE_INSTANCE = 2;

  private static final Duration MADE_WITHIN = Duration.ofMinutes(4);
  private static final Duration GRACE = Duration.ofSeconds(25);

  private final ClusterPlan plan;
  private final Path folder;
  private final Abilities abilities = Abilities.ofThisMachine();
  private final FreePorts ports = new FreePorts();
  private final List<BrokerAddress> addresses = new ArrayList<>();
  private final List<PlatformProcess> brokers = new ArrayList<>();
  private final List<TcpDoor> brokerDoors = new ArrayList<>();
  private final List<PlatformProcess> frontDoors = new ArrayList<>();
  private final Map<PlatformProcess, URI> frontDoorAddresses = new HashMap<>();
  private final Map<PlatformProcess, Path> stateDirs = new ConcurrentHashMap<>();
  private final Map<PlatformProcess, String> streamsProcesses = new ConcurrentHashMap<>();
  private final List<PlatformProcess> instances = new CopyOnWriteArrayList<>();
  private final ClusterProcesses processes;
  private final Thread atExit = new Thread(this::release, "end-chaos-cluster");
  private PlatformProcess registry;
  private int registryPort;
  private RegistryDoor registryDoor;
  private InetSocketAddress registryDoorAddress;
  private int instancesMade;
  private boolean upgraded;
  private Admin admin;
  private Optional<Networks> networks = Optional.empty();
  private Optional<Mounts> mounts = Optional.empty();
  private final Map<PlatformProcess, Path> disks = new HashMap<>();

  private ChaosCluster(ClusterPlan plan, Path folder) {
    this.plan = plan;
    this.folder = folder.toAbsolutePath();
    processes = new ClusterProcesses(this.folder, plan, Uuid.randomUuid().toString());
  }

  /**
   * Starts all of it and returns once records can be published, are cleaned, and can be sent to the
   * front doors.
   *
   * @param folder holds everything that the processes write; made where missing
   * @throws AssertionError where something does not start; then nothing is left running
   */
  public static ChaosCluster start(ClusterPlan plan, Path folder) {
    ChaosCluster cluster = new ChaosCluster(plan, folder);
    try {
      cluster.start();
      return cluster;
    } catch (IOException e) {
      cluster.closeAfter(e);
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      cluster.closeAfter(e);
      throw e;
    }
  }

  private void closeAfter(Throwable problem) {
    try {
      close();
    } catch (RuntimeException | Error e) {
      problem.addSuppressed(e);
    }
  }

  private void start() throws IOException {
    Runtime.getRuntime().addShutdownHook(atExit);
    sweep();
    if (abilities.loopMounts()) {
      mounts = Optional.of(new Mounts(folder));
    }
    if (plan.separateNetworks() && abilities.networkNamespaces()) {
      networks = Optional.of(new Networks());
    }
    for (int node = 1; node <= BROKERS; node++) {
      BrokerAddress address = address(node);
      addresses.add(address);
      brokerDoors.add(
          new TcpDoor(
              address.doorOnLoopback(),
              new InetSocketAddress(address.place().address(), address.doorPort())));
    }
    for (BrokerAddress address : addresses) {
      String name = brokerName(address.node());
      boolean ownDisk = mounts.isPresent() && plan.diskMebibytes().isPresent();
      Path disk =
          ownDisk ? mounts.get().disk(name, plan.diskMebibytes().getAsInt()) : folder.resolve(name);
      PlatformProcess broker = processes.broker(address, disk, addresses);
      if (ownDisk) {
        disks.put(broker, disk);
      }
      brokers.add(broker);
      broker.start();
    }
    registryPort = ports.next();
    registry = processes.registry(bootstrapServers(), registryPort);
    registry.start();
    registryDoorAddress =
        new InetSocketAddress(
            networks.isPresent()
                ? InetAddress.getByName(networks.get().harness())
                : InetAddress.getLoopbackAddress(),
            ports.next());
    registryDoor =
        new RegistryDoor(registryDoorAddress, URI.create("http://127.0.0.1:" + registryPort));
    brokers.forEach(broker -> broker.awaitReady(READY_WITHIN));
    admin = new ClusterAccess(access()).admin();
    registry.awaitReady(READY_WITHIN);
    createTopics();

    for (int number = 1; number <= plan.frontDoors(); number++) {
      int port = ports.next();
      PlatformProcess door = processes.frontDoor("ingest-" + number, throughDoor(access()), port);
      frontDoors.add(door);
      frontDoorAddresses.put(door, URI.create("http://127.0.0.1:" + port));
      door.start();
    }
    for (int number = 1; number <= plan.instances(); number++) {
      addInstance();
    }
    frontDoors.forEach(door -> door.awaitReady(READY_WITHIN));
    instances.forEach(instance -> instance.awaitReady(READY_WITHIN));
  }

  private BrokerAddress address(int node) {
    Place place = networks.map(each -> each.join(brokerName(node))).orElse(Place.LOOPBACK);
    return new BrokerAddress(node, place, ports.next(), ports.next(), ports.next(), ports.next());
  }

  /**
   * Makes what is missing of the data set's topics and schemas, as an operator would, the newer
   * ones too once {@link #registerNewerSchemas} was called. Brokers that have only just come need
   * not answer the first time.
   */
  public void createTopics() {
    boolean unused =
        Await.answer(
            "the topics are made",
            MADE_WITHIN,
            () -> {
              createMissing();
              return true;
            });
  }

  private synchronized void createMissing() {
    new CreateTopics(new ClusterAccess(access()), (short) BROKERS)
        .create(new TopicCatalogue(DATASET, plan.partitions()));
    if (upgraded) {
      registerNewerSchemas();
    }
  }

  /** Registers the schemas of {@link NewerSchemas}, as the newer program's own command would. */
  public synchronized void registerNewerSchemas() {
    upgraded = true;
    Registry client = access().registry();
    for (TopicSpec topic : new TopicCatalogue(DATASET, plan.partitions()).topics()) {
      topic
          .valueSchema()
          .filter(known -> !NewerSchemas.of(known).equals(known))
          .ifPresent(known -> client.register(topic.name() + "-value", NewerSchemas.of(known)));
    }
  }

  /** What can be done to it here. */
  public Abilities abilities() {
    return abilities;
  }

  public ClusterPlan plan() {
    return plan;
  }

  /** For the harness's own clients: brokers and registry through no door. */
  public Cluster access() {
    return access(Map.of());
  }

  /** The same, for what is asked once and while no fault is under way: answers are waited for. */
  public Cluster patientAccess() {
    return access(PatientClients.PATIENCE);
  }

  private Cluster access(Map<String, String> kafkaSettings) {
    return new Cluster(
        bootstrapServers(),
        "http://127.0.0.1:" + registryPort,
        DATASET,
        kafkaSettings,
        registrySettings());
  }

  private String bootstrapServers() {
    return addresses.stream().map(BrokerAddress::forEverybody).collect(Collectors.joining(","));
  }

  /** An operator's, who may register schemas once the registry has made its credential. */
  private Map<String, String> registrySettings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("http.connect.timeout.ms", "60000");
    settings.put("http.read.timeout.ms", "60000");
    try {
      settings.putAll(
          RegistryCredential.read(
                  folder.resolve(registry.name()).resolve(RegistryCredential.FILE_NAME))
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

  public RegistryDoor registryDoor() {
    return registryDoor;
  }

  /** One before each broker, for the first instance alone. */
  public List<TcpDoor> brokerDoors() {
    return List.copyOf(brokerDoors);
  }

  /** The instances of preprocessing, running or not, in the order in which they were added. */
  public List<PlatformProcess> instances() {
    return List.copyOf(instances);
  }

  public List<PlatformProcess> frontDoors() {
    return List.copyOf(frontDoors);
  }

  /** Where a front door listens, without a path. */
  public URI address(PlatformProcess frontDoor) {
    return Optional.ofNullable(frontDoorAddresses.get(frontDoor)).orElseThrow();
  }

  /** All processes, of whatever kind, running or not. */
  public List<PlatformProcess> all() {
    return Stream.of(brokers, List.of(registry), instances, frontDoors)
        .flatMap(List::stream)
        .toList();
  }

  /** Starts one more instance, without waiting until it answers. */
  public PlatformProcess addInstance() {
    return addInstance(Optional.empty(), Optional.empty());
  }

  /**
   * The same of an instance of {@link NewerSchemas}, which are to be registered before.
   *
   * @param predecessor that has been stopped, whose state directory it takes over
   */
  public synchronized PlatformProcess addNewerInstance(PlatformProcess predecessor) {
    Path classes = folder.resolve("newer-schemas");
    try {
      if (!Files.exists(classes)) {
        NewerSchemas.compile(classes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + classes, e);
    }
    return addInstance(Optional.of(classes), Optional.of(stateDir(predecessor)));
  }

  private synchronized PlatformProcess addInstance(
      Optional<Path> newerClasses, Optional<Path> stateDir) {
    instancesMade++;
    String name = "preprocess-" + instancesMade;
    Cluster cluster = throughDoor(access());
    if (instancesMade == 1) {
      cluster =
          new Cluster(
              brokerDoors.stream().map(TcpDoor::address).collect(Collectors.joining(",")),
              cluster.registryAddresses(),
              cluster.dataset(),
              cluster.kafkaSettings(),
              cluster.registrySettings());
    }
    Place place =
        instancesMade == SEPARATE_INSTANCE
            ? networks.map(each -> each.join(name)).orElse(Place.LOOPBACK)
            : Place.LOOPBACK;
    try {
      Path state = stateDir.orElse(folder.resolve(name).resolve("state"));
      PlatformProcess instance =
          processes.instance(name, place, cluster, state, ports.next(), newerClasses);
      stateDirs.put(instance, state);
      instances.add(instance);
      instance.start();
      return instance;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the settings of " + name, e);
    }
  }

  /** Stops an instance for good. */
  public void removeInstance(PlatformProcess instance) {
    instances.remove(instance);
    instance.stop(GRACE);
  }

  /** Whether a process has a network of its own, and so can be cut off. */
  public boolean canCutOff(PlatformProcess process) {
    return networks.filter(each -> each.has(process.name())).isPresent();
  }

  /** Lets no packet through between a process and all others, without telling either side. */
  public void cutOff(PlatformProcess process) {
    networks.orElseThrow().cutOff(process.name());
  }

  /** Lets packets through again; harmless where they are. */
  public void reconnect(PlatformProcess process) {
    networks.orElseThrow().reconnect(process.name());
  }

  /** Whether brokers have disks of their own. */
  public boolean canFillDisks() {
    return !disks.isEmpty();
  }

  /** Leaves no byte free on a broker's disk. */
  public void fillDisk(PlatformProcess broker) {
    Mounts.fill(disks.get(broker));
  }

  /** Gives the room back; harmless where nothing was taken. The broker may have stopped. */
  public void freeDisk(PlatformProcess broker) {
    Mounts.free(disks.get(broker));
  }

  /**
   * Puts memory in place of the state directory of an instance that does not run; {@link
   * #ownStateDir} gives it back.
   *
   * @throws IllegalStateException where nothing can be mounted here, see {@link Abilities}
   */
  public void smallStateDir(PlatformProcess instance, int mebibytes, boolean readOnly) {
    try {
      mounts
          .orElseThrow(() -> new IllegalStateException("nothing can be mounted here"))
          .memory(stateDir(instance), mebibytes, readOnly);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves no byte free in what {@link #smallStateDir} has put there. */
  public void fillStateDir(PlatformProcess instance) {
    Mounts.fill(stateDir(instance));
  }

  /** Takes away what {@link #smallStateDir} has put there; harmless where nothing was. */
  public void ownStateDir(PlatformProcess instance) {
    mounts.ifPresent(each -> each.unmount(stateDir(instance)));
  }

  /** Removes an instance's stores, whether it runs or not. */
  public void deleteStateDir(PlatformProcess instance) {
    Mounts.delete(stateDir(instance));
  }

  /** Removes all that the registry keeps on its disk, whether it runs or not. */
  public void deleteRegistryData() {
    Mounts.delete(folder.resolve(registry.name()));
  }

  /** The raw partitions that an instance works on now, as the group's coordinator says. */
  public Set<TopicPartition> assignedTo(PlatformProcess instance) {
    String group = DATASET.preprocessGroup();
    Set<String> raw =
        Set.of(DATASET.topic(TopicCatalogue.CROWDSOURCED), DATASET.topic(TopicCatalogue.SCRAPED));
    Optional<String> process = streamsProcess(instance);
    if (process.isEmpty()) {
      return Set.of();
    }
    return ClusterAccess.await(
            admin.describeConsumerGroups(Set.of(group)).describedGroups().get(group))
        .members()
        .stream()
        .filter(member -> member.clientId().startsWith(group + "-" + process.get() + "-"))
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .filter(partition -> raw.contains(partition.topic()))
        .collect(Collectors.toSet());
  }

  /**
   * The id that Kafka Streams has given an instance, and by which its clients are named; that of
   * before where its state directory is gone, and none where it never had one.
   */
  private Optional<String> streamsProcess(PlatformProcess instance) {
    Path file =
        stateDir(instance)
            .resolve(DATASET.preprocessGroup())
            .resolve("kafka-streams-process-metadata");
    try {
      streamsProcesses.put(
          instance, new JsonMapper().readTree(file.toFile()).required("processId").asText());
    } catch (IOException | IllegalArgumentException e) {
      // Deleted, or just being written.
    }
    return Optional.ofNullable(streamsProcesses.get(instance));
  }

  /** The raw partitions that a broker leads now. */
  public Set<TopicPartition> ledBy(PlatformProcess broker) {
    Set<TopicPartition> led = new HashSet<>();
    ClusterAccess.await(
            admin
                .describeTopics(
                    Set.of(
                        DATASET.topic(TopicCatalogue.CROWDSOURCED),
                        DATASET.topic(TopicCatalogue.SCRAPED)))
                .allTopicNames())
        .forEach(
            (topic, description) -> {
              for (TopicPartitionInfo partition : description.partitions()) {
                Node leader = partition.leader();
                if (leader != null && leader.id() == brokers.indexOf(broker) + 1) {
                  led.add(new TopicPartition(topic, partition.partition()));
                }
              }
            });
    return led;
  }

  /** Where an instance keeps its stores. */
  public Path stateDir(PlatformProcess instance) {
    return stateDirs.get(instance);
  }

  /**
   * The broker that leads a partition now.
   *
   * @throws IllegalStateException where none does
   */
  public PlatformProcess leaderOf(TopicPartition partition) {
    TopicDescription topic =
        ClusterAccess.await(admin.describeTopics(Set.of(partition.topic())).allTopicNames())
            .get(partition.topic());
    return broker(Optional.ofNullable(topic.partitions().get(partition.partition()).leader()));
  }

  /** The broker whose controller is the active one now. */
  public PlatformProcess activeController() {
    return brokers.get(
        ClusterAccess.await(admin.describeMetadataQuorum().quorumInfo()).leaderId() - 1);
  }

  /** The transactional ids that the brokers know. */
  public Set<String> transactionalIds() {
    return ClusterAccess.await(admin.listTransactions().all()).stream()
        .map(TransactionListing::transactionalId)
        .collect(Collectors.toSet());
  }

  /** The broker that coordinates a producer's transactions now. */
  public PlatformProcess coordinatorOf(String transactionalId) {
    return brokers.get(
        ClusterAccess.await(
                    admin
                        .describeTransactions(Set.of(transactionalId))
                        .description(transactionalId))
                .coordinatorId()
            - 1);
  }

  /** The broker that coordinates the group of the preprocessing instances now. */
  public PlatformProcess groupCoordinator() {
    String group = DATASET.preprocessGroup();
    return broker(
        Optional.ofNullable(
            ClusterAccess.await(
                    admin.describeConsumerGroups(Set.of(group)).describedGroups().get(group))
                .coordinator()));
  }

  /**
   * Returns once all brokers run, and every partition of every topic, Kafka's own ones too, has all
   * its copies in sync.
   */
  public void awaitInSync(Duration limit) {
    long began = System.currentTimeMillis();
    Await.until(
        "all copies are in sync",
        limit,
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
    return ClusterAccess.await(admin.describeMetadataQuorum().quorumInfo()).voters();
  }

  /** The partitions of which a copy is behind or away. */
  public List<TopicPartition> behind() {
    Set<String> topics =
        ClusterAccess.await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    List<TopicPartition> behind = new ArrayList<>();
    ClusterAccess.await(admin.describeTopics(topics).allTopicNames())
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

  /** Ends everything, whatever state it is in. Harmless when done again. */
  @Override
  public void close() {
    CleanUp.take(List.of(this::release, this::needNothingAtExit));
  }

  private void needNothingAtExit() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The harness is ending, and this with it.
    }
  }

  private synchronized void release() {
    List<PlatformProcess> ending = new ArrayList<>(instances);
    ending.addAll(frontDoors);
    ending.addAll(brokers);
    if (registry != null) {
      ending.add(registry);
    }
    List<Runnable> steps = new ArrayList<>();
    // All of them before the wait for any.
    ending.forEach(process -> steps.add(process::killWithoutWaiting));
    ending.forEach(process -> steps.add(process::kill));
    if (admin != null) {
      steps.add(() -> admin.close(Duration.ZERO));
    }
    if (registryDoor != null) {
      steps.add(registryDoor::close);
    }
    brokerDoors.forEach(door -> steps.add(door::close));
    networks.ifPresent(each -> steps.add(each::close));
    mounts.ifPresent(each -> steps.add(each::close));
    // Last: nobody listens any more.
    steps.add(ports::close);
    CleanUp.take(steps);
  }

  /** Ends and removes what harnesses have left here that were killed. */
  private void sweep() throws IOException {
    ProcessCommand.sweep();
    if (abilities.loopMounts()) {
      Mounts.sweep();
    }
    if (abilities.networkNamespaces()) {
      Networks.sweep();
    }
  }

  private static String brokerName(int node) {
    return "broker-" + node;
  }

  private PlatformProcess broker(Optional<Node> node) {
    return node.filter(known -> !known.isEmpty())
        .map(known -> brokers.get(known.id() - 1))
        .orElseThrow(() -> new IllegalStateException("no broker does that now"));
  }

  private Cluster throughDoor(Cluster cluster) {
    return new Cluster(
        cluster.bootstrapServers(),
        "http://"
            + registryDoorAddress.getAddress().getHostAddress()
            + ":"
            + registryDoorAddress.getPort(),
        cluster.dataset(),
        Map.of(),
        Map.of());
  }
}
