package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  String text() {
    return "127.0.0.1:" + port;
  }

  /** Writes the broker's {@code server.properties}: what all have, and what is its own. */
  void write(Path file, Path logs, List<BrokerAddress> all) throws IOException {
    Properties settings = new Properties();
    try (InputStream common = BrokerAddress.class.getResourceAsStream("/chaos/broker.properties")) {
      settings.load(common);
    }
    settings.setProperty("node.id", String.valueOf(node));
    settings.setProperty(
        "controller.quorum.voters",
        all.stream()
            .map(each -> each.node + "@127.0.0.1:" + each.controllerPort)
            .collect(Collectors.joining(",")));
    String listeners = "PLAINTEXT://" + text() + ",CONTROLLER://127.0.0.1:" + controllerPort;
    settings.setProperty("listeners", listeners);
    settings.setProperty("advertised.listeners", listeners);
    settings.setProperty("log.dirs", logs.toString());
    Files.createDirectories(file.getParent());
    try (Writer writer = Files.newBufferedWriter(file)) {
      settings.store(writer, null);
    }
  }
}
