package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.RegistryDoor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/** All that can be done to a cluster, by kind. Thread-safe. */
public final class FaultCatalogue {

  /** Records of a poll, twice; see the settings of preprocessing. */
  private static final int ATTEMPTS_PER_TRANSACTION = 16;

  /** A run does not wait longer for one fault. */
  private static final Duration LONGEST = Duration.ofSeconds(130);

  private final ChaosCluster cluster;
  private final Map<String, Function<SplittableRandom, Fault>> kinds = new LinkedHashMap<>();

  /** All faults of a cluster, but those that send records of their own are impossible. */
  public FaultCatalogue(ChaosCluster cluster) {
    this(cluster, Optional.empty());
  }

  /** All faults of a cluster. */
  public FaultCatalogue(ChaosCluster cluster, OwnRecords records) {
    this(cluster, Optional.of(records));
  }

  private FaultCatalogue(ChaosCluster cluster, Optional<OwnRecords> records) {
    this.cluster = cluster;
    addKills();
    addFreezes();
    addRegistryFaults();
    addNetworkFaults();
    addDiskFaults();
    add("a rebalance every 20 s", Rebalances::new);
    add("records that are too large", OversizeRecords::new);
    add(
        "timestamps of a skewed clock",
        (kind, its, random) -> new SkewedClock(kind, records, its, random));
    add(
        "a producer of a newer schema",
        (kind, its, random) -> new NewerProducer(kind, records, its, random));
    add("an instance of a newer schema beside the others", NewerInstance::new);
  }

  /** The kinds, the possible and the impossible, always in the same order. */
  public List<String> kinds() {
    return List.copyOf(kinds.keySet());
  }

  /** One fault of each kind. */
  public List<Fault> all(SplittableRandom random) {
    return kinds.values().stream().map(kind -> kind.apply(random.split())).toList();
  }

  /**
   * A fault of that kind, to be injected once.
   *
   * @param random chooses whom it hits, and how long it lasts
   * @throws IllegalArgumentException where there is no such kind
   */
  public Fault next(String kind, SplittableRandom random) {
    return Optional.ofNullable(kinds.get(kind))
        .orElseThrow(
            () -> new IllegalArgumentException("no such kind: " + kind + "; right: " + kinds()))
        .apply(random);
  }

  private void addKills() {
    add(
        "kill -9 of an instance",
        (kind, its, random) ->
            new KillInstance(kind, ClusterFault.between(random, 1, 6), its, random));
    add(
        "kill -9 of an instance that stays away for 40 s",
        (kind, its, random) -> new KillInstance(kind, Duration.ofSeconds(40), its, random));
    for (KillBroker.Part part : KillBroker.Part.values()) {
      add(part.kind(), (kind, its, random) -> new KillBroker(part, its, random));
    }
    add(
        "kill -9 of all brokers",
        (kind, its, random) ->
            new KillBrokers(kind, ClusterFault.between(random, 5, 10), its, random));
    add(
        "kill -9 of all brokers longer than a producer waits",
        (kind, its, random) ->
            new KillBrokers(kind, ClusterFault.between(random, 70, 100), its, random));
    add("kill -9 of a front door", KillFrontDoor::new);
    add("kill -9 of the registry while warm", KillRegistry::new);
    add("rolling restart of the instances", RestartInstances::new);
    add("clean restart of a broker", RestartBroker::new);
    add(
        "crash of an image worker",
        (kind, its, random) -> new HurtWorker(kind, "SEGV", Duration.ofSeconds(3), its, random));
    add(
        "an image worker hangs",
        (kind, its, random) -> new HurtWorker(kind, "STOP", Duration.ofSeconds(12), its, random));
  }

  private void addFreezes() {
    add(
        "SIGSTOP of an instance longer than its session",
        (kind, its, random) ->
            new FreezeInstance(
                kind, ClusterFault.between(random, 14, 24), Optional.empty(), its, random));
    add(
        "SIGSTOP of an instance longer than its transaction may last",
        (kind, its, random) -> {
          Duration lasts = longestTransaction().plusSeconds(8);
          return new FreezeInstance(
              kind,
              lasts,
              lasts.compareTo(LONGEST) <= 0
                  ? Optional.empty()
                  : Optional.of(
                      "a transaction may last "
                          + longestTransaction().toSeconds()
                          + " s here; start instances with --decode-deadline PT1S"),
              its,
              random);
        });
    add("SIGSTOP of a broker", FreezeBroker::new);
    add("SIGSTOP of all brokers longer than a producer waits", FreezeBrokers::new);
  }

  private void addRegistryFaults() {
    add(
        "registry hangs",
        (kind, its, random) -> new RegistryOutOfOrder(kind, RegistryDoor.Mode.HANG, its, random));
    add(
        "registry answers 500",
        (kind, its, random) -> new RegistryOutOfOrder(kind, RegistryDoor.Mode.FAIL, its, random));
    add(
        "registry refuses connections",
        (kind, its, random) -> new RegistryOutOfOrder(kind, RegistryDoor.Mode.REFUSE, its, random));
    add("registry loses its disk", EmptyRegistry::new);
    add("an instance started while the registry is away", StartWithoutRegistry::new);
  }

  private void addNetworkFaults() {
    add(
        "a broker cut off from the network",
        (kind, its, random) ->
            new CutOff(
                kind, ClusterFault.between(random, 15, 25), ChaosCluster::brokers, its, random));
    add(
        "an instance cut off from the network",
        (kind, its, random) ->
            new CutOff(
                kind, ClusterFault.between(random, 15, 25), ChaosCluster::instances, its, random));
    add("200 ms of delay between an instance and brokers", SlowConnections::new);
    add("connections of an instance to brokers cut", CutConnections::new);
  }

  private void addDiskFaults() {
    add("a broker's disk full", (kind, its, random) -> new FullDisks(kind, false, its, random));
    add("all brokers' disks full", (kind, its, random) -> new FullDisks(kind, true, its, random));
    add(
        "state directory deleted while the instance is down",
        (kind, its, random) -> new DeleteState(kind, true, its, random));
    add(
        "state directory deleted while the instance runs",
        (kind, its, random) -> new DeleteState(kind, false, its, random));
    add("state directory full", (kind, its, random) -> new SmallState(kind, false, its, random));
    add(
        "state directory read-only",
        (kind, its, random) -> new SmallState(kind, true, its, random));
  }

  /** Two attempts at each picture and two starts of a worker, for all that is in hand. */
  private Duration longestTransaction() {
    int turns =
        (cluster.plan().threads() + cluster.plan().workers() - 1) / cluster.plan().workers();
    return cluster
        .plan()
        .decodeDeadline()
        .multipliedBy(2)
        .plusSeconds(4)
        .multipliedBy((long) ATTEMPTS_PER_TRANSACTION * turns)
        .plusSeconds(1);
  }

  private void add(String kind, Maker maker) {
    kinds.put(kind, random -> maker.make(kind, cluster, random));
  }

  /** Makes a fault of a kind. */
  @FunctionalInterface
  private interface Maker {
    Fault make(String kind, ChaosCluster cluster, SplittableRandom random);
  }
}
