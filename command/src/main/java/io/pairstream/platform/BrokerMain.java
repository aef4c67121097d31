package io.pairstream.platform;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  /** Largest record batch that the broker takes, in bytes. */
  private static final int MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

  /** A system property: how long the node may stand still until it loses its partitions, in ms. */
  private static final String SESSION_PROPERTY = "pairstream.broker.session.ms";

  private BrokerMain() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    Path logs = directory.resolve("logs");
    Path settings = directory.resolve("server.properties");
    Files.createDirectories(logs);
    try (Writer writer = Files.newBufferedWriter(settings)) {
      settings(logs, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]))
          .store(writer, null);
    }

    if (!Files.exists(logs.resolve("meta.properties"))) {
      format(settings);
    }
    Kafka.main(new String[] {settings.toString()});
  }

  private static void format(Path settings) {
    String[] command = {
      "format",
      "--ignore-formatted",
      "--cluster-id",
      Uuid.randomUuid().toString(),
      "--config",
      settings.toString()
    };
    int status = StorageTool.execute(command, System.out);
    if (status != 0) {
      throw new IllegalStateException("formatting the broker's storage ended with " + status);
    }
  }

  static Properties settings(Path logs, int brokerPort, int controllerPort) {
    String listeners =
        "PLAINTEXT://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort;
    Properties settings = new Properties();
    settings.setProperty("node.id", "1");
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.setProperty("listeners", listeners);
    settings.setProperty("advertised.listeners", listeners);
    settings.setProperty(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.setProperty("controller.listener.names", "CONTROLLER");
    settings.setProperty("inter.broker.listener.name", "PLAINTEXT");
    settings.setProperty("log.dirs", logs.toString());
    settings.setProperty("auto.create.topics.enable", "false");
    settings.setProperty("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    settings.setProperty("replica.fetch.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));

    // One node has one copy of everything, and little traffic on its own topics.
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      settings.setProperty(topic + ".replication.factor", "1");
      settings.setProperty(topic + ".num.partitions", "4");
    }
    settings.setProperty("transaction.state.log.min.isr", "1");
    settings.setProperty("share.coordinator.state.topic.min.isr", "1");

    // A group without members keeps its place as long as any topic keeps its records.
    settings.setProperty(
        "offsets.retention.minutes", Long.toString(Duration.ofDays(365).toMinutes()));
    // Services start one after the other, so waiting for more members only delays the first.
    settings.setProperty("group.initial.rebalance.delay.ms", "0");
    // A node that was killed is waited for no longer than this when it comes back.
    settings.setProperty(
        "broker.session.timeout.ms", Integer.getInteger(SESSION_PROPERTY, 3_000).toString());
    settings.setProperty("broker.heartbeat.interval.ms", "500");
    settings.setProperty("transaction.max.timeout.ms", "900000");
    settings.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024));
    settings.setProperty("num.network.threads", "2");
    settings.setProperty("num.io.threads", "4");
    return settings;
  }
}
