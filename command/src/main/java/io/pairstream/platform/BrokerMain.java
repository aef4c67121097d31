package io.pairstream.platform;

import io.pairstream.logs.Logs;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * The broker process: one Kafka node, broker and controller at once, on loopback.
 *
 * <p>Arguments: its directory, the broker's port, the controller's port.
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
      log.cleaner.dedupe.buffer.size=16777216
      num.network.threads=2
      num.io.threads=4
      metric.reporters=
      """;

  /** Kafka's file in a folder of logs that says whose they are. */
  private static final String META = "meta.properties";

  private BrokerMain() {}

  /** The broker of a platform with its data in a folder. */
  static ServiceSpec service(Path data, int port, int controllerPort) {
    return new ServiceSpec(
        "broker",
        BrokerMain.class.getName(),
        List.of(data.resolve("broker").toString(), "" + port, "" + controllerPort),
        List.of(
            "-Xms96m",
            "-Xmx384m",
            "-XX:TieredStopAtLevel=1",
            // Otherwise each thread keeps direct memory as large as the largest record it saw. What
            // is larger than this, as few batches are, gets new memory for each piece.
            "-Djdk.nio.maxCachedBufferSize=2097152"),
        Readiness.brokerAnswers(port, logs(data.resolve("broker"))));
  }

  private static Path logs(Path directory) {
    return directory.resolve("logs");
  }

  /** The cluster whose data lies in a folder of logs; empty before the broker's first start. */
  static String clusterId(Path logs) throws IOException {
    Path file = logs.resolve(META);
    Properties meta = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        meta.load(reader);
      }
    }
    return meta.getProperty("cluster.id", "");
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Logs.install("broker");
    Path directory = Path.of(arguments[0]);
    Path logs = Files.createDirectories(logs(directory));
    Path settings = directory.resolve("server.properties");
    Properties values = settings(logs, arguments[1], arguments[2]);
    write(settings, values);
    if (!Files.exists(logs.resolve(META))) {
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
    Kafka.main(new String[] {settings.toString()});
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
