package io.pairstream.platform;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.tools.topics.CreateTopics;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * Broker, registry, the topics of a data set, and such services as are started: preprocessing, the
 * ingest API, the operators' page, the fetcher, on this machine.
 */
public final class WholePlatform implements AutoCloseable {

  /**
   * The service's heap. Records have up to 9 MiB, and a few of each partition are in hand. What is
   * fetched lives for a few hundred pairs, so a young generation that is large from the start is
   * collected when little of it is left.
   */
  private static final List<String> PREPROCESS_JVM = List.of("-Xmx1g", "-Xmn320m");

  /**
   * The ingest API's heap: bodies in flight, for which it has 128 MiB, their copies on the way to
   * Kafka, and what the producer holds. Java's own first heap is a 64th of the machine's memory,
   * and its whole young generation is touched before it is collected; from here it grows by need.
   */
  private static final List<String> INGEST_JVM = List.of("-Xms128m", "-Xmx512m");

  /**
   * The fetcher's heap: bodies under way, which take a quarter of it, 64 MiB of fetched images,
   * what the producer holds, and links of a few partitions.
   */
  private static final List<String> FETCH_JVM = List.of("-Xmx512m");

  /**
   * The operators' service's heap: answers under way, and what it watches. It is idle between two
   * looks, so a heap that grows by need stays small, and compiling much costs more than it saves.
   */
  private static final List<String> OPERATE_JVM =
      List.of("-Xms32m", "-Xmx256m", "-XX:TieredStopAtLevel=1");

  /** The process with the contributors' page and the ingest API. */
  public static final String INGEST = "ingest";

  /** The process with the dashboard. */
  public static final String OPERATE = "operate";

  private static final String PREPROCESS = "preprocess";
  private static final String FETCH = "fetch";

  /** Where services say whether they are ready, each if the port is free. */
  public static final Map<String, Integer> USUAL_PORTS =
      Map.of(INGEST, 8080, OPERATE, 8082, PREPROCESS, 8090, FETCH, 8091);

  private final LocalPlatform platform;
  private final TopicCatalogue topics;
  private final Cluster cluster;
  private String ingestUrl;
  private String dashboardUrl;

  private WholePlatform(LocalPlatform platform, Dataset dataset, TopicCatalogue topics) {
    this.platform = platform;
    this.topics = topics;
    String timeout = String.valueOf(LocalPlatform.ANSWERS_WITHIN.toMillis());
    cluster =
        new Cluster(
            platform.bootstrapServers(),
            platform.schemaRegistryUrl(),
            dataset,
            Map.of("default.api.timeout.ms", timeout, "request.timeout.ms", "60000"),
            platform.registrySettings());
  }

  /**
   * Starts broker and registry, and returns once they answer, and there are no topics of another
   * kind. The first services bring the topics.
   *
   * @param folder holds everything the platform writes; made where missing
   * @param partitions partitions of each topic, where the topics are new
   * @param ports that services must have, by their use: {@link #INGEST}, {@link #OPERATE}
   * @throws PlatformException where something does not start; then nothing is left running
   */
  public static WholePlatform start(
      Path folder,
      Dataset dataset,
      int partitions,
      Map<String, Integer> ports,
      PlatformEvents events) {
    TopicCatalogue topics = new TopicCatalogue(dataset, partitions);
    LocalPlatform processes = LocalPlatform.start(folder, ports, events);
    try {
      WholePlatform platform = new WholePlatform(processes, dataset, topics);
      // No service has judged anything where they are refused.
      try (Admin admin = AdminClients.create(platform.cluster.clientSettings(Map.of()))) {
        CreateTopics.requireFit(admin, topics.topics());
      }
      return platform;
    } catch (RuntimeException e) {
      processes.close();
      throw e;
    }
  }

  /**
   * Starts preprocessing, the ingest API and the operators' page, and returns once pairs are
   * cleaned and can be sent to the API.
   *
   * @param recipe name or path of a recipe that has been checked
   * @param ofWorkers arguments of image workers, for preprocessing and the page
   * @throws PlatformException where one of them does not start
   */
  public void startServices(String recipe, List<String> ofWorkers) {
    beginPreprocessing(recipe, ofWorkers);
    ingestUrl = begin(INGEST, true, INGEST_JVM, List.of("--anonymous"));
    dashboardUrl = begin(OPERATE, true, OPERATE_JVM, joined(List.of("--anonymous"), ofWorkers));
    platform.await(PREPROCESS);
    platform.await(INGEST);
    platform.announce("ingest_url", ingestUrl);
    platform.await(OPERATE);
    platform.announce("dataset", cluster.dataset().name());
    platform.announce("dashboard_url", dashboardUrl);
  }

  /**
   * Starts the preprocessing service, and returns once it is at work.
   *
   * @param recipe name or path of a recipe that has been checked
   * @param moreArguments further arguments of the service
   * @throws PlatformException where it does not start
   */
  public void startPreprocessing(String recipe, List<String> moreArguments) {
    beginPreprocessing(recipe, moreArguments);
    platform.await(PREPROCESS);
  }

  /** Begins the service that takes longest to start, and makes the topics that it waits for. */
  private void beginPreprocessing(String recipe, List<String> moreArguments) {
    begin(PREPROCESS, false, PREPROCESS_JVM, joined(List.of("--recipe", recipe), moreArguments));
    new CreateTopics(new ClusterAccess(cluster), (short) 1).create(topics);
  }

  /**
   * Starts the fetcher of links, and returns once it is at work.
   *
   * @param contact web or e-mail address that is sent to hosts, at which their owners can object
   * @throws PlatformException where it does not start; the rest goes on
   */
  public void startFetching(String contact) {
    begin(FETCH, false, FETCH_JVM, List.of("--user-agent-contact", contact));
    platform.await(FETCH);
  }

  /**
   * Begins a service on loopback, for users of this machine; returns its address. One without pages
   * has that of its status: its group's word would not do, which calls itself stable after a kill
   * until the dead member's session has ended.
   */
  private String begin(String name, boolean hasPages, List<String> jvmOptions, List<String> more) {
    String use = hasPages ? name : name + "-status";
    String address = "127.0.0.1:" + platform.port(use, USUAL_PORTS.get(name));
    List<String> arguments =
        List.of(
            name,
            hasPages ? "--listen" : "--status-listen",
            address,
            "--bootstrap-servers",
            platform.bootstrapServers(),
            "--schema-registry",
            platform.schemaRegistryUrl(),
            "--data-dir",
            platform.dataDirectory().toString(),
            "--dataset",
            cluster.dataset().name());
    Readiness answers = Readiness.health(URI.create("http://" + address));
    platform.begin(
        new ServiceSpec(name, ServiceSpec.COMMAND, joined(arguments, more), jvmOptions, answers));
    return "http://" + address;
  }

  private static List<String> joined(List<String> some, List<String> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  /** Where the page and the API are, such as {@code http://127.0.0.1:8080}; null before. */
  public String ingestApiAddress() {
    return ingestUrl;
  }

  /** Where the operators' page is, such as {@code http://127.0.0.1:8082}; null before. */
  public String dashboardAddress() {
    return dashboardUrl;
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
