package io.pairstream.chaos.cluster;

import io.pairstream.platform.Readiness;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.service.Cluster;
import io.pairstream.testing.PythonEnvironment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;

/** How each process of a {@link ChaosCluster} is started, and how to tell that it answers. */
final class ClusterProcesses {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  private static final Path RECIPE =
      PROJECT.resolve("system-tests/src/test/resources/chaos/chaos.yaml");
  private static final Path TRAINER =
      PROJECT.resolve("system-tests/src/test/resources/chaos/trainer.py");
  private static final String MAIN = "io.pairstream.cli.Main";

  private final Path folder;
  private final String clusterId;
  private final Path build;

  ClusterProcesses(Path folder, String clusterId, Path build) {
    this.folder = folder;
    this.clusterId = clusterId;
    this.build = build;
    if (!Files.isDirectory(build)) {
      throw new IllegalStateException(
          build + " is missing; mvn -Dapp package -pl command -am makes it");
    }
  }

  PlatformProcess broker(BrokerAddress broker, List<BrokerAddress> all) throws IOException {
    String name = "broker-" + broker.node();
    Path file = folder.resolve(name).resolve("server.properties");
    broker.write(file, folder.resolve(name).resolve("logs"), all);
    int formatted =
        StorageTool.execute(
            new String[] {"format", "--cluster-id", clusterId, "--config", file.toString()},
            System.out);
    if (formatted != 0) {
      throw new IllegalStateException("formatting the broker's storage ended with " + formatted);
    }
    return process(
        name,
        384,
        List.of(
            // Each thread keeps direct memory as large as the largest record it saw.
            "-Djdk.nio.maxCachedBufferSize=262144"),
        List.of("kafka.Kafka", file.toString()),
        () -> isInCluster(broker.port()) ? Optional.empty() : Optional.of("it is in no cluster"));
  }

  /** A bare connection is tried first: a Kafka client logs every refused one. */
  private static boolean isInCluster(int port) throws IOException, InterruptedException {
    Map<String, Object> settings = Map.of("bootstrap.servers", "127.0.0.1:" + port);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        Admin admin = Admin.create(settings)) {
      return socket.isConnected() && !admin.describeCluster().nodes().get().isEmpty();
    } catch (ExecutionException e) {
      return false;
    }
  }

  /** The registry, at that port of loopback. */
  PlatformProcess registry(String brokers, int port) {
    return process(
        "registry",
        128,
        List.of(),
        program(
            "registry --bootstrap-servers %s --listen 127.0.0.1:%d --credential-file %s"
                .formatted(brokers, port, RegistryCredential.FILE_NAME)),
        ready(port));
  }

  /** An instance of preprocessing, which says at that port of loopback how it is. */
  PlatformProcess instance(String name, Cluster cluster, int statusPort) {
    // Twice in a row no wait of a busy machine may look like a picture that hangs.
    List<String> program =
        program(
            cluster,
            ("preprocess --recipe %s --state-dir %s --status-listen 127.0.0.1:%d"
                    + " --threads 1 --workers 1 --decode-deadline PT15S")
                .formatted(RECIPE, folder.resolve(name).resolve("state"), statusPort));
    return process(name, 640, List.of(), program, ready(statusPort));
  }

  /** An HTTP server that takes pairs, at that port of loopback. */
  PlatformProcess ingest(String name, Cluster cluster, int port) {
    List<String> program =
        program(
            cluster,
            "ingest --anonymous --listen 127.0.0.1:%d --state-dir %s --records-per-second 100000"
                .formatted(port, folder.resolve(name).resolve("views")));
    return process(name, 384, List.of(), program, ready(port));
  }

  /** The operators' service, at that port of loopback. */
  PlatformProcess operate(Cluster cluster, int port) {
    List<String> program =
        program(
            cluster,
            "operate --anonymous --listen 127.0.0.1:%d --state-dir %s"
                .formatted(port, folder.resolve("operate").resolve("views")));
    return process("operate", 384, List.of(), program, ready(port));
  }

  /** A fetcher of links to loopback, which says at that port how it is. */
  PlatformProcess fetch(Cluster cluster, int statusPort) {
    List<String> program =
        program(
            cluster,
            ("fetch --allow-address 127.0.0.1/32 --per-host-interval PT0.05S"
                    + " --status-listen 127.0.0.1:%d")
                .formatted(statusPort));
    return process("fetch", 256, List.of(), program, ready(statusPort));
  }

  /** Asks the model of a card, and says at that port how it is. */
  PlatformProcess score(Cluster cluster, Path cards, int statusPort) {
    List<String> program =
        program(
            cluster,
            "score --models %s --batch-age PT0.2S --state-dir %s --status-listen 127.0.0.1:%d"
                .formatted(cards, folder.resolve("score").resolve("state"), statusPort));
    return process("score", 256, List.of(), program, ready(statusPort));
  }

  /** The loader in Python. */
  Trainer trainer(Cluster cluster, PythonEnvironment python) {
    Path directory = folder.resolve("trainer");
    List<String> command =
        python
            .builder(
                Map.of(),
                TRAINER.toString(),
                cluster.bootstrapServers(),
                cluster.registryAddresses(),
                cluster.dataset().name(),
                directory.toString())
            .command();
    return new Trainer(
        new PlatformProcess("trainer", command, build, directory, Optional::empty, log("trainer")),
        directory.resolve("kept.json"));
  }

  private static Readiness ready(int port) {
    return Readiness.health(URI.create("http://127.0.0.1:" + port));
  }

  private Path log(String name) {
    return folder.resolve("logs").resolve(name + ".log");
  }

  /** A run of {@code topics create}. */
  PlatformProcess createTopics(Cluster cluster, int partitions, Path credential) {
    List<String> program =
        program(
            cluster,
            "topics create --partitions %d --replication-factor 3 --registry-credential %s"
                .formatted(partitions, credential));
    return process("topics-create", 256, List.of(), program, Optional::empty);
  }

  /** Runs of {@code doctor} and {@code audit}. */
  List<PlatformProcess> checks(Cluster cluster) {
    return Stream.of("doctor", "audit --recipe " + RECIPE)
        .map(command -> program(cluster, command))
        .map(program -> process(program.get(1), 256, List.of(), program, Optional::empty))
        .toList();
  }

  /** A Java process that ends when the harness closes its end of standard input. */
  private PlatformProcess process(
      String name,
      int heapMebibytes,
      List<String> jvmOptions,
      List<String> program,
      Readiness readiness) {
    Path directory = folder.resolve(name);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Dpairstream.process=" + name,
            "-Djava.awt.headless=true",
            "-Dpairstream.log.target=SYSTEM_OUT",
            "-Dpairstream.log.level=info",
            "-Dpairstream.log.others=warn",
            "-Xmx" + heapMebibytes + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(jvmOptions);
    command.add("io.pairstream.platform.ChildMain");
    command.addAll(program);
    return new PlatformProcess(name, command, build, directory, readiness, log(name));
  }

  /** A command on the data set of a cluster. */
  private static List<String> program(Cluster cluster, String command) {
    return program(
        "%s --bootstrap-servers %s --schema-registry %s --dataset %s"
            .formatted(
                command,
                cluster.bootstrapServers(),
                cluster.registryAddresses(),
                cluster.dataset().name()));
  }

  private static List<String> program(String command) {
    return List.of((MAIN + " " + command).split(" "));
  }
}
