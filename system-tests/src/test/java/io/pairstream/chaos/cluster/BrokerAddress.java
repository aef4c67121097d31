package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Where one of the brokers listens on loopback, and how it is set.
 *
 * @param node its number, from 1
 * @param port of its listener for everybody
 * @param controllerPort of its listener for the other brokers' controllers
 */
record BrokerAddress(int node, int port, int controllerPort) {

  private static final int MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

  String text() {
    return "127.0.0.1:" + port;
  }

  /** Writes the broker's {@code server.properties}. */
  void write(Path file, Path logs, List<BrokerAddress> all) throws IOException {
    Properties properties = new Properties();
    properties.putAll(settings(logs, all));
    Files.createDirectories(file.getParent());
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }

  private Map<String, String> settings(Path logs, List<BrokerAddress> all) {
    Map<String, String> settings = new HashMap<>();
    settings.put("node.id", String.valueOf(node));
    settings.put("process.roles", "broker,controller");
    settings.put(
        "controller.quorum.voters",
        all.stream()
            .map(each -> each.node + "@127.0.0.1:" + each.controllerPort)
            .collect(Collectors.joining(",")));
    String listeners = "PLAINTEXT://" + text() + ",CONTROLLER://127.0.0.1:" + controllerPort;
    settings.put("listeners", listeners);
    settings.put("advertised.listeners", listeners);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", logs.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", String.valueOf(MAX_MESSAGE_BYTES));
    settings.put("replica.fetch.max.bytes", String.valueOf(MAX_MESSAGE_BYTES));

    settings.put("default.replication.factor", String.valueOf(all.size()));
    settings.put("min.insync.replicas", "2");
    settings.put("unclean.leader.election.enable", "false");
    for (String topic :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      settings.put(topic + ".replication.factor", String.valueOf(all.size()));
      settings.put(topic + ".num.partitions", "6");
    }
    settings.put("transaction.state.log.min.isr", "2");
    settings.put("share.coordinator.state.topic.min.isr", "2");

    settings.put("offsets.retention.minutes", String.valueOf(Duration.ofDays(365).toMinutes()));
    settings.put("group.initial.rebalance.delay.ms", "0");
    // A broker that is gone is known to be gone, and its partitions are led by others, soon.
    settings.put("broker.session.timeout.ms", "4000");
    settings.put("broker.heartbeat.interval.ms", "500");
    settings.put("replica.lag.time.max.ms", "8000");
    // Leaders go back to where they were, so that one fault after another finds a leader to hurt.
    settings.put("leader.imbalance.check.interval.seconds", "20");
    settings.put("leader.imbalance.per.broker.percentage", "1");
    settings.put("transaction.max.timeout.ms", "900000");
    settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(16 * 1024 * 1024));
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    return settings;
  }
}
