package io.pairstream.platform;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Broker, registry, the topics of a data set, the preprocessing service and the front door, on this
 * machine.
 */
public final class WholePlatform implements AutoCloseable {

  /**
   * The service's heap. Records have up to 9 MiB, and a few of each partition are in hand. What is
   * fetched lives for a few hundred pairs, so a young generation that is large from the start is
   * collected when little of it is left.
   */
  private static final List<String> PREPROCESS_JVM =
      List.of("-Xmx1g", "-Xmn500m", "-XX:+UseSerialGC");

  /**
   * The front door's heap: bodies in flight, their copies on the way to Kafka, and what they are
   * sent from. It is idle for most of its life, so it is compiled lightly.
   */
  private static final List<String> INGEST_JVM =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Where the front door listens, if the port is free. */
  private static final int INGEST_PORT = 8080;

  private static final String PREPROCESS = "preprocess";
  private static final String INGEST = "ingest";

  private final LocalPlatform platform;
  private final Cluster cluster;
  private Optional<FrontDoor> frontDoor = Optional.empty();

  /** A front door that was told to open, and where. */
  private record FrontDoor(String address, LocalPlatform.Launch launch) {}

  private WholePlatform(LocalPlatform platform, Cluster cluster) {
    this.platform = platform;
    this.cluster = cluster;
  }

  /**
   * Starts everything, and returns once pairs can be published and are cleaned. The front door may
   * open a little later; see {@link #awaitFrontDoor}.
   *
   * @param partitions partitions of each topic, where the topics are new
   * @param recipe name or path of a recipe that has been checked
   * @param moreArguments further arguments of the preprocessing service
   * @throws PlatformException where something does not start; then nothing is left running
   */
  public static WholePlatform start(
      PlatformSettings settings,
      Dataset dataset,
      int partitions,
      String recipe,
      List<String> moreArguments,
      PlatformListener listener) {
    WholePlatform whole = withoutPreprocessing(settings, dataset, partitions, listener);
    try {
      whole.openFrontDoor();
      whole.startPreprocessing(recipe, moreArguments, List.of());
      return whole;
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  /**
   * Starts everything but the preprocessing service, and returns once pairs can be published.
   *
   * @param partitions partitions of each topic, where the topics are new
   * @throws PlatformException where something does not start; then nothing is left running
   */
  public static WholePlatform withoutPreprocessing(
      PlatformSettings settings, Dataset dataset, int partitions, PlatformListener listener) {
    LocalPlatform platform = LocalPlatform.start(settings, listener);
    try {
      Cluster cluster =
          new Cluster(
              platform.bootstrapServers(),
              platform.schemaRegistryUrl(),
              dataset,
              Map.of(),
              Map.of());
      new CreateTopics(new ClusterAccess(cluster), (short) 1)
          .create(new TopicCatalogue(dataset, partitions));
      return new WholePlatform(platform, cluster);
    } catch (RuntimeException e) {
      platform.close();
      throw e;
    }
  }

  /**
   * Starts the preprocessing service, and returns once it is at work.
   *
   * @param recipe name or path of a recipe that has been checked
   * @param moreArguments further arguments of the service
   * @param moreJvmOptions further options of its virtual machine; they stand above the usual ones
   * @throws PlatformException where it does not start
   */
  public void startPreprocessing(
      String recipe, List<String> moreArguments, List<String> moreJvmOptions) {
    List<String> jvmOptions = new ArrayList<>(PREPROCESS_JVM);
    jvmOptions.addAll(moreJvmOptions);
    platform.launch(
        ServiceSpec.of(
                PREPROCESS,
                "io.pairstream.cli.Main",
                arguments(cluster, recipe, platform.dataDirectory(), moreArguments))
            .withJvmOptions(jvmOptions.toArray(String[]::new))
            .readyWhen(
                Readiness.groupIsAtWork(
                    cluster.bootstrapServers(), cluster.dataset().preprocessGroup())));
  }

  /** Stops the preprocessing service; pairs can still be published, and wait. */
  public void stopPreprocessing() {
    platform.stop(PREPROCESS);
  }

  /**
   * Tells the front door to open on loopback, for whoever uses this machine, and does not wait.
   *
   * @throws PlatformException where no port can be remembered
   */
  private void openFrontDoor() {
    int port = platform.port(INGEST, INGEST_PORT);
    String address = "http://127.0.0.1:" + port;
    List<String> arguments = new ArrayList<>(List.of("ingest", "--anonymous"));
    arguments.addAll(List.of("--listen", "127.0.0.1:" + port));
    arguments.addAll(clusterOptions(cluster));
    ServiceSpec service =
        ServiceSpec.of(INGEST, "io.pairstream.cli.Main", arguments)
            .withJvmOptions(INGEST_JVM.toArray(String[]::new))
            .readyWhen(Readiness.httpOk(URI.create(address + "/health/ready")));
    frontDoor = Optional.of(new FrontDoor(address, platform.begin(service)));
  }

  /**
   * Returns once the front door is open, and makes its address known.
   *
   * @return the address of the page and of the API, such as {@code http://127.0.0.1:8080}
   * @throws PlatformException where it does not open
   */
  public String awaitFrontDoor() {
    FrontDoor door =
        frontDoor.orElseThrow(() -> new IllegalStateException("nobody opened the front door"));
    door.launch().await();
    platform.announce("ingest_url", door.address());
    return door.address();
  }

  private static List<String> clusterOptions(Cluster cluster) {
    return List.of(
        "--bootstrap-servers",
        cluster.bootstrapServers(),
        "--schema-registry",
        cluster.registryAddresses(),
        "--dataset",
        cluster.dataset().name());
  }

  private static List<String> arguments(
      Cluster cluster, String recipe, Path dataDirectory, List<String> moreArguments) {
    List<String> arguments = new ArrayList<>(List.of("preprocess"));
    arguments.addAll(clusterOptions(cluster));
    arguments.addAll(List.of("--recipe", recipe));
    arguments.addAll(
        List.of("--state-dir", dataDirectory.resolve("state").toAbsolutePath().toString()));
    arguments.addAll(moreArguments);
    return arguments;
  }

  /** The processes. */
  public LocalPlatform processes() {
    return platform;
  }

  public Cluster cluster() {
    return cluster;
  }

  @Override
  public void close() {
    platform.close();
  }
}
