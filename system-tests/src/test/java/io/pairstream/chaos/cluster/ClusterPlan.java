package io.pairstream.chaos.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** What a {@link ChaosCluster} consists of. Immutable; each change makes another plan. */
public final class ClusterPlan {

  private static final Duration USUAL_DEADLINE = Duration.ofSeconds(5);
  private static final int SMALLEST_DISK_MEBIBYTES = 300;

  private int partitions = 4;
  private int instances = 2;
  private int frontDoors = 1;
  private int threads = 1;
  private int workers = 1;
  private String recipe = "dalle";
  private boolean separateNetworks;
  private OptionalInt diskMebibytes = OptionalInt.empty();
  private Map<String, String> brokerSettings = Map.of();
  private Map<String, String> clientSettings = Map.of();
  private List<String> instanceArguments = List.of();

  private ClusterPlan() {}

  /**
   * Four partitions, two instances of one thread and one image worker each, and one front door, on
   * loopback and the machine's disk.
   */
  public static ClusterPlan usual() {
    return new ClusterPlan();
  }

  /** The same with so many partitions of each topic, at least 1. */
  public ClusterPlan withPartitions(int count) {
    requireAtLeast("partitions", count, 1);
    return with(plan -> plan.partitions = count);
  }

  /** The same with so many instances of preprocessing at the start, at least 1. */
  public ClusterPlan withInstances(int count) {
    requireAtLeast("instances", count, 1);
    return with(plan -> plan.instances = count);
  }

  /** The same with so many instances of {@code ingest}, 0 or more. */
  public ClusterPlan withFrontDoors(int count) {
    requireAtLeast("frontDoors", count, 0);
    return with(plan -> plan.frontDoors = count);
  }

  /** The same with so many stream threads and image workers in each instance, at least 1. */
  public ClusterPlan withThreads(int streamThreads, int imageWorkers) {
    requireAtLeast("streamThreads", streamThreads, 1);
    requireAtLeast("imageWorkers", imageWorkers, 1);
    return with(
        plan -> {
          plan.threads = streamThreads;
          plan.workers = imageWorkers;
        });
  }

  /** The same under a recipe by its name, or the path of its file. */
  public ClusterPlan withRecipe(String nameOrPath) {
    return with(plan -> plan.recipe = nameOrPath);
  }

  /** The same with so many copies of each store that other instances keep, 0 or more. */
  public ClusterPlan withStandbys(int count) {
    requireAtLeast("standbys", count, 0);
    return withClientSetting("num.standby.replicas", String.valueOf(count));
  }

  /**
   * The same with a network of its own for each broker and one instance, where the machine allows
   * it.
   */
  public ClusterPlan withSeparateNetworks() {
    return with(plan -> plan.separateNetworks = true);
  }

  /** The same with a disk of its own for each broker, 300 or more, where the machine allows it. */
  public ClusterPlan withDisksOf(int mebibytes) {
    requireAtLeast("diskMebibytes", mebibytes, SMALLEST_DISK_MEBIBYTES);
    return with(plan -> plan.diskMebibytes = OptionalInt.of(mebibytes));
  }

  /** The same with a setting of every broker, above the harness's own. */
  public ClusterPlan withBrokerSetting(String name, String value) {
    return with(plan -> plan.brokerSettings = plus(plan.brokerSettings, name, value));
  }

  /** The same with a setting of every instance's Kafka clients, such as an operator gives. */
  public ClusterPlan withClientSetting(String name, String value) {
    return with(plan -> plan.clientSettings = plus(plan.clientSettings, name, value));
  }

  /** The same with more arguments for every instance. */
  public ClusterPlan withInstanceArguments(String... arguments) {
    List<String> all = new ArrayList<>(instanceArguments);
    all.addAll(List.of(arguments));
    return with(plan -> plan.instanceArguments = List.copyOf(all));
  }

  public int partitions() {
    return partitions;
  }

  public int instances() {
    return instances;
  }

  public int frontDoors() {
    return frontDoors;
  }

  public int threads() {
    return threads;
  }

  public int workers() {
    return workers;
  }

  public String recipe() {
    return recipe;
  }

  public boolean separateNetworks() {
    return separateNetworks;
  }

  /** Size of each broker's own disk; empty where brokers share the machine's. */
  public OptionalInt diskMebibytes() {
    return diskMebibytes;
  }

  public Map<String, String> brokerSettings() {
    return brokerSettings;
  }

  public Map<String, String> clientSettings() {
    return clientSettings;
  }

  public List<String> instanceArguments() {
    return instanceArguments;
  }

  /** How long one attempt at a picture may take, as the instances are told. */
  public Duration decodeDeadline() {
    int option = instanceArguments.indexOf("--decode-deadline");
    return option < 0 ? USUAL_DEADLINE : Duration.parse(instanceArguments.get(option + 1));
  }

  private ClusterPlan with(Consumer<ClusterPlan> change) {
    ClusterPlan plan = new ClusterPlan();
    plan.partitions = partitions;
    plan.instances = instances;
    plan.frontDoors = frontDoors;
    plan.threads = threads;
    plan.workers = workers;
    plan.recipe = recipe;
    plan.separateNetworks = separateNetworks;
    plan.diskMebibytes = diskMebibytes;
    plan.brokerSettings = brokerSettings;
    plan.clientSettings = clientSettings;
    plan.instanceArguments = instanceArguments;
    change.accept(plan);
    return plan;
  }

  private static Map<String, String> plus(Map<String, String> known, String name, String value) {
    Map<String, String> all = new HashMap<>(known);
    all.put(name, value);
    return Map.copyOf(all);
  }

  private static void requireAtLeast(String name, int found, int least) {
    if (found < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", was " + found);
    }
  }
}
