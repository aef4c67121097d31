package io.pairstream.platform;

import io.pairstream.logs.Logs;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.registry.RegistryService;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.ServerSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.slf4j.LoggerFactory;

/**
 * The broker process: one Kafka node, broker and controller at once, and the schema registry, which
 * keeps all that it knows in this broker and answers once that does. Both on loopback.
 *
 * <p>Arguments: the platform's directory, the ports of broker, controller and registry.
 */
public final class BrokerMain {

  /**
   * One node has one copy of everything, and little traffic on its own topics. A group without
   * members keeps its place as long as any topic keeps its records. Services start one after the
   * other, so waiting for more members only delays the first.
   *
   * <p>A node that gets no processor for as long as its session shuts itself out, which costs
   * requests and may leave transactions open; no other node could take over from it. Nor does any
   * other controller need an empty record twice a second, forced to disk, to see that it lives. Its
   * metrics are not shown to JMX, where nothing reads them.
   *
   * <p>On a busy machine a transaction takes longer than 100 ms to end, and a producer that begins
   * the next one would be sent away meanwhile, of which it warns; the broker lets it wait.
   */
  private static final String SETTINGS =
      """
      node.id=1
      process.roles=broker,controller
      listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
      controller.listener.names=CONTROLLER
      inter.broker.listener.name=PLAINTEXT
      auto.create.topics.enable=false
      message.max.bytes=10485760
      replica.fetch.max.bytes=10485760
      offsets.topic.replication.factor=1
      offsets.topic.num.partitions=4
      transaction.state.log.replication.factor=1
      transaction.state.log.num.partitions=4
      transaction.state.log.min.isr=1
      share.coordinator.state.topic.replication.factor=1
      share.coordinator.state.topic.num.partitions=4
      share.coordinator.state.topic.min.isr=1
      offsets.retention.minutes=525600
      group.initial.rebalance.delay.ms=0
      broker.heartbeat.interval.ms=500
      metadata.max.idle.interval.ms=0
      group.coordinator.threads=1
      transaction.max.timeout.ms=900000
      add.partitions.to.txn.retry.backoff.max.ms=5000
      log.cleaner.dedupe.buffer.size=16777216
      num.network.threads=2
      num.io.threads=4
      metric.reporters=
      """;

  private BrokerMain() {}

  /** The broker and the registry of a platform with its data in a folder. */
  static ServiceSpec service(Path data, int port, int controllerPort, int registryPort) {
    return new ServiceSpec(
        "broker",
        BrokerMain.class.getName(),
        List.of(data.toString(), "" + port, "" + controllerPort, "" + registryPort),
        List.of(
            "-Xms96m",
            "-Xmx384m",
            "-XX:TieredStopAtLevel=1",
            // Otherwise each thread keeps direct memory as large as the largest record it saw. What
            // is larger than this, as few batches are, gets new memory for each piece.
            "-Djdk.nio.maxCachedBufferSize=2097152"),
        Readiness.health(URI.create("http://127.0.0.1:" + registryPort)));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Logs.install("broker");
    Path data = Path.of(arguments[0]);
    Path directory = data.resolve("broker");
    Path logs = Files.createDirectories(directory.resolve("logs"));
    Path settings = directory.resolve("server.properties");
    Properties values = settings(logs, arguments[1], arguments[2]);
    write(settings, values);
    if (!Files.exists(logs.resolve("meta.properties"))) {
      String id = Uuid.randomUuid().toString();
      String[] format = {
        "format", "--ignore-formatted", "--cluster-id", id, "--config", settings.toString()
      };
      int status = StorageTool.execute(format, System.out);
      if (status != 0) {
        throw new IllegalStateException("formatting the broker's storage ended with " + status);
      }
    }
    if (KilledBroker.wasHere(logs)) {
      KilledBroker.endSession(values);
    }
    ServerSettings registry = ServerSettings.of("127.0.0.1", Integer.parseInt(arguments[3]), null);
    run(values, "127.0.0.1:" + arguments[1], registry, data.resolve(RegistryCredential.FILE_NAME));
  }

  private static void run(
      Properties settings, String address, ServerSettings registry, Path credentialFile) {
    KafkaRaftServer broker = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    AtomicReference<Runnable> stopRegistry = new AtomicReference<>(() -> {});
    Thread stop =
        new Thread(
            () -> {
              stopRegistry.get().run();
              broker.shutdown();
            },
            "stop-broker");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      broker.startup();
      Cluster cluster = new Cluster(address, "", new Dataset("pairs"), Map.of(), Map.of());
      RegistryService service =
          RegistryService.start(new ClusterAccess(cluster), registry, credentialFile);
      stopRegistry.set(service::close);
    } catch (Exception | Error e) {
      broker.shutdown(); // which warns, too, and the last words are quoted
      LoggerFactory.getLogger(BrokerMain.class).error("broker and registry do not start", e);
      System.exit(1); // their other threads would keep the process
    }
    broker.awaitShutdown();
  }

  /** Writes settings as Kafka reads them: in ISO 8859-1, all other characters escaped. */
  static void write(Path file, Properties settings) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
  }

  static Properties settings(Path logs, String brokerPort, String controllerPort)
      throws IOException {
    String listeners =
        "PLAINTEXT://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort;
    Properties settings = new Properties();
    settings.load(new StringReader(SETTINGS));
    settings.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.setProperty("listeners", listeners);
    settings.setProperty("advertised.listeners", listeners);
    settings.setProperty("log.dirs", logs.toString());
    settings.setProperty(
        "broker.session.timeout.ms", System.getProperty("pairstream.broker.session.ms", "20000"));
    return settings;
  }
}
