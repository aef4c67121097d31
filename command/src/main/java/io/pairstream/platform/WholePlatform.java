package io.pairstream.platform;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Broker, registry, the topics of a data set, the preprocessing service, the ingest API and the
 * operators' page, on this machine.
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
   * The ingest API's heap: bodies in flight, for which it has 128 MiB, their copies on the way to
   * Kafka, and what the producer holds.
   */
  private static final List<String> INGEST_JVM = List.of("-Xmx512m", "-XX:+UseSerialGC");

  /**
   * The fetcher's heap: bodies under way, which take a quarter of it, 64 MiB of fetched images,
   * what the producer holds, and links of a few partitions.
   */
  private static final List<String> FETCH_JVM = List.of("-Xmx512m", "-XX:+UseSerialGC");

  /**
   * The operators' service's heap: answers under way, and what it watches. It is idle between two
   * looks, so a heap that grows by need stays small, and compiling much costs more than it saves.
   */
  private static final List<String> OPERATE_JVM =
      List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Where the ingest API listens, if the port is free. */
  private static final int INGEST_PORT = 8080;

  /** Where the operators' page is, if the port is free. */
  private static final int OPERATE_PORT = 8082;

  /** Where preprocessing and fetching say whether they are ready, if the ports are free. */
  private static final int PREPROCESS_STATUS_PORT = 8090;

  private static final int FETCH_STATUS_PORT = 8091;

  private static final String OPERATE = "operate";
  private static final String DASHBOARD_URL = "dashboard_url";
  private static final String PREPROCESS = "preprocess";
  private static final String INGEST = "ingest";
  private static final String FETCH = "fetch";
  private static final String INGEST_URL = "ingest_url";

  private final LocalPlatform platform;
  private final Cluster cluster;

  private WholePlatform(LocalPlatform platform, Cluster cluster) {
    this.platform = platform;
    this.cluster = cluster;
  }

  /**
   * Starts everything, and returns once pairs can be published, are cleaned, and can be sent to the
   * ingest API.
   *
   * @param partitions partitions of each topic, where the topics are new
   * @param recipe name or path of a recipe that has been checked
   * @param ofWorkers arguments of image workers, for preprocessing and the dashboard
   * @param listener hears of all processes
   * @throws PlatformException where something does not start; then nothing is left running
   */
  public static WholePlatform start(
      PlatformSettings settings,
      Dataset dataset,
      int partitions,
      String recipe,
      List<String> ofWorkers,
      PlatformListener listener) {
    WholePlatform whole = withoutPreprocessing(settings, dataset, partitions, listener);
    try {
      // All start at once: none needs another.
      String ingest = whole.beginOnLoopback(INGEST, INGEST_PORT, INGEST_JVM, List.of());
      String dashboard = whole.beginOnLoopback(OPERATE, OPERATE_PORT, OPERATE_JVM, ofWorkers);
      whole.startPreprocessing(recipe, ofWorkers, List.of());
      whole.platform.await(INGEST);
      whole.platform.announce(INGEST_URL, ingest);
      whole.platform.await(OPERATE);
      whole.platform.announce(DASHBOARD_URL, dashboard);
      return whole;
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  /**
   * Starts everything but the pages, and returns once pairs can be published and are cleaned.
   *
   * @param partitions partitions of each topic, where the topics are new
   * @param recipe name or path of a recipe that has been checked
   * @param ofPreprocessing further arguments of the preprocessing service
   * @param listener hears of all processes
   * @throws PlatformException where something does not start; then nothing is left running
   */
  public static WholePlatform withoutPages(
      PlatformSettings settings,
      Dataset dataset,
      int partitions,
      String recipe,
      List<String> ofPreprocessing,
      PlatformListener listener) {
    WholePlatform whole = withoutPreprocessing(settings, dataset, partitions, listener);
    try {
      whole.startPreprocessing(recipe, ofPreprocessing, List.of());
      return whole;
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  /**
   * Starts broker, registry and topics alone, and returns once pairs can be published.
   *
   * @param partitions partitions of each topic, where the topics are new
   * @throws PlatformException where something does not start; then nothing is left running
   */
  public static WholePlatform withoutPreprocessing(
      PlatformSettings settings, Dataset dataset, int partitions, PlatformListener listener) {
    LocalPlatform platform = LocalPlatform.start(settings, listener);
    try {
      // A machine that is slow to start processes is slow to answer, too.
      String timeout = millis(settings.startTimeout());
      String perRequest = millis(settings.startTimeout().dividedBy(5));
      Map<String, String> ofRegistry = new HashMap<>(platform.registrySettings());
      ofRegistry.put("http.connect.timeout.ms", timeout);
      ofRegistry.put("http.read.timeout.ms", timeout);
      Cluster cluster =
          new Cluster(
              platform.bootstrapServers(),
              platform.schemaRegistryUrl(),
              dataset,
              Map.of("default.api.timeout.ms", timeout, "request.timeout.ms", perRequest),
              ofRegistry);
      new CreateTopics(new ClusterAccess(cluster), (short) 1)
          .create(new TopicCatalogue(dataset, partitions));
      return new WholePlatform(platform, cluster);
    } catch (RuntimeException e) {
      platform.close();
      throw e;
    }
  }

  private static String millis(Duration duration) {
    return String.valueOf(duration.toMillis());
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
    List<String> arguments = new ArrayList<>(List.of(PREPROCESS));
    arguments.addAll(clusterOptions(cluster));
    arguments.addAll(List.of("--recipe", recipe));
    arguments.addAll(
        List.of(
            "--state-dir", platform.dataDirectory().resolve("state").toAbsolutePath().toString()));
    arguments.addAll(moreArguments);
    launch(PREPROCESS, arguments, jvmOptions, PREPROCESS_STATUS_PORT);
  }

  /**
   * A service that has no HTTP but its status. Its group's word would not do: after a kill the
   * group calls itself stable until the dead member's session has ended.
   */
  private void launch(
      String name, List<String> arguments, List<String> jvmOptions, int usualStatusPort) {
    String status = "127.0.0.1:" + platform.port(name + "-status", usualStatusPort);
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--status-listen", status));
    platform.launch(
        ServiceSpec.of(name, "io.pairstream.cli.Main", all)
            .withJvmOptions(jvmOptions.toArray(String[]::new))
            .readyWhen(Readiness.ofService(status)));
  }

  /** Stops the preprocessing service; pairs can still be published, and wait. */
  public void stopPreprocessing() {
    platform.stop(PREPROCESS);
  }

  /**
   * Starts the fetcher of links, and returns once it is at work.
   *
   * @param contact web or e-mail address that hosts are told, at which their owners can object
   * @throws PlatformException where it does not start; the rest goes on
   */
  public void startFetching(String contact) {
    List<String> arguments = new ArrayList<>(List.of(FETCH, "--user-agent-contact", contact));
    arguments.addAll(clusterOptions(cluster));
    launch(FETCH, arguments, FETCH_JVM, FETCH_STATUS_PORT);
  }

  /**
   * Where the page and the API are, such as {@code http://127.0.0.1:8080}.
   *
   * @throws IllegalStateException where the ingest API was not opened
   */
  public String ingestApiAddress() {
    return platform
        .address(INGEST_URL)
        .orElseThrow(() -> new IllegalStateException("the ingest API was not opened"));
  }

  /**
   * Where the operators' page is, such as {@code http://127.0.0.1:8082}.
   *
   * @throws IllegalStateException where it was not opened
   */
  public String dashboardAddress() {
    return platform
        .address(DASHBOARD_URL)
        .orElseThrow(() -> new IllegalStateException("the dashboard was not opened"));
  }

  /** Starts a service with pages on loopback, for whoever uses this machine; says where it is. */
  private String beginOnLoopback(
      String name, int usualPort, List<String> jvmOptions, List<String> moreArguments) {
    int port = platform.port(name, usualPort);
    List<String> arguments = new ArrayList<>(List.of(name, "--anonymous"));
    arguments.addAll(List.of("--listen", "127.0.0.1:" + port));
    Path data = platform.dataDirectory().toAbsolutePath();
    arguments.addAll(List.of("--state-dir", data.resolve(name).toString()));
    arguments.addAll(List.of("--data-dir", data.toString()));
    arguments.addAll(clusterOptions(cluster));
    arguments.addAll(moreArguments);
    platform.begin(
        ServiceSpec.of(name, "io.pairstream.cli.Main", arguments)
            .withJvmOptions(jvmOptions.toArray(String[]::new))
            .readyWhen(Readiness.ofService("127.0.0.1:" + port)));
    return "http://127.0.0.1:" + port;
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

  /** The processes. */
  public LocalPlatform processes() {
    return platform;
  }

  /** Where it is, for clients of this process: its answers are waited for as its processes are. */
  public Cluster cluster() {
    return cluster;
  }

  @Override
  public void close() {
    platform.close();
  }
}
