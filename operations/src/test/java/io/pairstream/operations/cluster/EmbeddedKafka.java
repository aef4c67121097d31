package io.pairstream.operations.cluster;

import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.common.Feature;

/**
 * A real Kafka broker with its controller inside the test's own process, on a free loopback port.
 *
 * <p>Built from the server's internal classes, which change between versions. The sockets are bound
 * before the server starts, so that no other process can take the ports.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int NODE = 1;

  private final BrokerServer broker;
  private final ControllerServer controller;
  private final Metrics metrics;
  private final int port;

  /** Starts a broker that keeps its logs in an empty directory. */
  public EmbeddedKafka(Path directory) throws Exception {
    ServerSocketChannel brokerSocket = bind();
    ServerSocketChannel controllerSocket = bind();
    port = brokerSocket.socket().getLocalPort();
    int controllerPort = controllerSocket.socket().getLocalPort();
    String voter = NODE + "@" + LOOPBACK + ":" + controllerPort;
    format(directory);

    KafkaConfig config = new KafkaConfig(settings(directory, voter, port, controllerPort), false);
    MetaPropertiesEnsemble directories =
        new MetaPropertiesEnsemble.Loader()
            .addLogDirs(List.of(directory.toString()))
            .addMetadataLogDir(directory.toString())
            .load();
    directories.verify(
        Optional.empty(),
        OptionalInt.of(NODE),
        EnumSet.of(
            MetaPropertiesEnsemble.VerificationFlag.REQUIRE_AT_LEAST_ONE_VALID,
            MetaPropertiesEnsemble.VerificationFlag.REQUIRE_METADATA_LOG_DIR));
    metrics =
        kafka.server.Server.initializeMetrics(
            config, Time.SYSTEM, directories.clusterId().orElseThrow());
    ServerSocketFactory bound =
        (listener, address, backlog, buffer) -> {
          ServerSocketChannel socket =
              address.getPort() == controllerPort ? controllerSocket : brokerSocket;
          socket.configureBlocking(false);
          return socket;
        };
    SharedServer shared =
        new SharedServer(
            config,
            directories,
            Time.SYSTEM,
            metrics,
            CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(List.of(voter))),
            List.of(),
            new kafka.server.StandardFaultHandlerFactory(),
            bound);
    broker = new BrokerServer(shared);
    controller =
        new ControllerServer(
            shared,
            KafkaRaftServer.configSchema(),
            new BootstrapDirectory(directory.toString()).read());
    controller.startup();
    broker.startup();
  }

  public String bootstrapServers() {
    return LOOPBACK + ":" + port;
  }

  @Override
  public void close() {
    broker.shutdown(Duration.ofSeconds(10));
    controller.shutdown();
    metrics.close();
  }

  private static ServerSocketChannel bind() throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static void format(Path directory) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(NODE)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
        .run();
  }

  private static Properties settings(Path directory, String voter, int port, int controllerPort) {
    String listeners =
        "PLAINTEXT://" + LOOPBACK + ":" + port + ",CONTROLLER://" + LOOPBACK + ":" + controllerPort;
    Properties settings = new Properties();
    settings.put("node.id", String.valueOf(NODE));
    settings.put("process.roles", "broker,controller");
    settings.put("log.dirs", directory.toString());
    settings.put("listeners", listeners);
    settings.put("advertised.listeners", listeners);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("controller.quorum.voters", voter);
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "2");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "2");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", String.valueOf(RecordSizes.MAX_RECORD));
    settings.put("replica.fetch.max.bytes", String.valueOf(RecordSizes.MAX_RECORD));
    settings.put("log.cleaner.dedupe.buffer.size", "16777216");
    return settings;
  }
}
