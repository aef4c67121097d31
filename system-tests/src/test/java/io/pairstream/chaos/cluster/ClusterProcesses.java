package io.pairstream.chaos.cluster;

import io.pairstream.operations.registry.RegistryCredential;
import io.pairstream.platform.Readiness;
import io.pairstream.service.Cluster;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** How each process of a {@link ChaosCluster} is started, and how to tell that it answers. */
final class ClusterProcesses {

  private static final String MAIN = "io.pairstream.cli.Main";

  private final Path folder;
  private final ClusterPlan plan;
  private final String clusterId;

  ClusterProcesses(Path folder, ClusterPlan plan, String clusterId) {
    this.folder = folder;
    this.plan = plan;
    this.clusterId = clusterId;
  }

  /**
   * One of the brokers.
   *
   * @param disk where it keeps its records
   */
  PlatformProcess broker(BrokerAddress broker, Path disk, List<BrokerAddress> all)
      throws IOException {
    String name = "broker-" + broker.node();
    Path directory = folder.resolve(name);
    Path file = directory.resolve("server.properties");
    broker.write(file, disk.resolve("logs"), all, plan.brokerSettings());
    return process(
        name,
        new ProcessCommand(
            broker.place(),
            Stream.concat(
                    heap(384).stream(),
                    // Each thread keeps direct memory as large as the largest record it saw.
                    Stream.of("-Djdk.nio.maxCachedBufferSize=262144"))
                .toList(),
            String.join(File.pathSeparator, ownClasses(), platformClassPath()),
            List.of(BrokerNode.class.getName(), file.toString(), clusterId),
            Map.of(),
            directory),
        () -> answers(broker));
  }

  /** All of it from the beginning, so that memory that climbs is not the heap's. */
  private static List<String> heap(int mebibytes) {
    return List.of("-Xms" + mebibytes + "m", "-Xmx" + mebibytes + "m", "-XX:+AlwaysPreTouch");
  }

  /**
   * The registry.
   *
   * @param brokers where they listen
   * @param port on loopback where it listens
   */
  PlatformProcess registry(String brokers, int port) {
    return process(
        "registry",
        new ProcessCommand(
            Place.LOOPBACK,
            heap(128),
            platformClassPath(),
            List.of(
                MAIN,
                "registry",
                "--bootstrap-servers",
                brokers,
                "--listen",
                "127.0.0.1:" + port,
                "--credential-file",
                RegistryCredential.FILE_NAME),
            Map.of(),
            folder.resolve("registry")),
        Readiness.httpOk(URI.create("http://127.0.0.1:" + port + "/subjects")));
  }

  /**
   * An instance of preprocessing.
   *
   * @param cluster as this instance reaches it
   * @param statusPort where it says how it is
   * @param newerClasses stand before the program's own
   */
  PlatformProcess instance(
      String name,
      Place place,
      Cluster cluster,
      Path stateDirectory,
      int statusPort,
      Optional<Path> newerClasses)
      throws IOException {
    String status = place.address() + ":" + statusPort;
    List<String> arguments = new ArrayList<>(List.of(MAIN, "preprocess"));
    arguments.addAll(options(cluster));
    arguments.addAll(List.of("--recipe", plan.recipe()));
    arguments.addAll(List.of("--state-dir", stateDirectory.toString()));
    arguments.addAll(List.of("--threads", String.valueOf(plan.threads())));
    arguments.addAll(List.of("--workers", String.valueOf(plan.workers())));
    arguments.addAll(List.of("--status-listen", status));
    arguments.addAll(List.of("--config", clientSettings(name).toString()));
    arguments.addAll(plan.instanceArguments());
    return process(
        name,
        new ProcessCommand(
            place,
            heap(640),
            newerClasses.map(classes -> classes + File.pathSeparator).orElse("")
                + platformClassPath(),
            arguments,
            Map.of(),
            folder.resolve(name)),
        Readiness.httpOk(URI.create("http://" + status + "/health/ready")));
  }

  /** A front door, at that port of loopback. */
  PlatformProcess frontDoor(String name, Cluster cluster, int port) {
    List<String> arguments = new ArrayList<>(List.of(MAIN, "ingest", "--anonymous"));
    arguments.addAll(options(cluster));
    arguments.addAll(List.of("--listen", "127.0.0.1:" + port));
    arguments.addAll(List.of("--state-dir", folder.resolve(name).resolve("views").toString()));
    arguments.addAll(List.of("--records-per-second", "100000"));
    return process(
        name,
        new ProcessCommand(
            Place.LOOPBACK,
            heap(384),
            platformClassPath(),
            arguments,
            Map.of(),
            folder.resolve(name)),
        Readiness.httpOk(URI.create("http://127.0.0.1:" + port + "/health/ready")));
  }

  private Path clientSettings(String name) throws IOException {
    Path file = folder.resolve(name).resolve("clients.properties");
    Files.createDirectories(file.getParent());
    StringBuilder lines = new StringBuilder();
    plan.clientSettings()
        .forEach((key, value) -> lines.append("kafka.").append(key + "=" + value).append('\n'));
    return Files.writeString(file, lines);
  }

  private PlatformProcess process(String name, ProcessCommand command, Readiness readiness) {
    return new PlatformProcess(
        name, command, readiness, folder.resolve("logs").resolve(name + ".log"));
  }

  private static List<String> options(Cluster cluster) {
    return List.of(
        "--bootstrap-servers",
        cluster.bootstrapServers(),
        "--schema-registry",
        cluster.registryAddresses(),
        "--dataset",
        cluster.dataset().name());
  }

  private static String platformClassPath() {
    return ProcessCommand.app("lib") + File.separator + "*";
  }

  private static String ownClasses() {
    try {
      return Path.of(BrokerNode.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a code source is a file", e);
    }
  }

  /** Whether a broker knows the cluster, and itself as part of it. */
  private static boolean answers(BrokerAddress broker) throws IOException, InterruptedException {
    // A Kafka client logs every refused connection, so a bare one is tried first.
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(broker.place().address(), broker.port()), 1_000);
    }
    Map<String, Object> client =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            broker.forEverybody(),
            AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
            false);
    try (Admin admin = Admin.create(client)) {
      return admin
          .describeCluster()
          .nodes()
          .get(Readiness.ANSWER_SECONDS, TimeUnit.SECONDS)
          .stream()
          .anyMatch(node -> node.id() == broker.node());
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }
}
