package io.pairstream.testing;

import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderConstants;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.common.Feature;

/**
 * A real broker with its controller in this JVM, on loopback.
 *
 * <p>Its sockets are bound before it starts, so no other process can take the port in between. It
 * can be stopped and started again on the same port and the same data. Built from the server's
 * internal classes, which change between versions.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final int NODE_ID = 1;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  /**
   * A machine that stands still for a while has not lost its only broker. A controller that has
   * nothing to say is silent: what a test makes the broker believe stays.
   */
  private static final String SETTINGS =
      """
      process.roles=broker,controller
      listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
      controller.listener.names=CONTROLLER
      inter.broker.listener.name=PLAINTEXT
      offsets.topic.replication.factor=1
      offsets.topic.num.partitions=2
      transaction.state.log.replication.factor=1
      transaction.state.log.min.isr=1
      transaction.state.log.num.partitions=2
      share.coordinator.state.topic.replication.factor=1
      share.coordinator.state.topic.min.isr=1
      share.coordinator.state.topic.num.partitions=2
      group.initial.rebalance.delay.ms=0
      broker.session.timeout.ms=60000
      metadata.max.idle.interval.ms=0
      auto.create.topics.enable=false
      log.cleaner.dedupe.buffer.size=16777216
      """;

  private final Path dataDir;
  private final Map<String, String> settings;
  private final int brokerPort;
  private final int controllerPort;
  private Metrics metrics;
  private ControllerServer controller;
  private BrokerServer broker;

  /** Starts a broker with its data in an empty folder. */
  public EmbeddedKafka(Path dataDir) throws Exception {
    this(dataDir, Map.of());
  }

  /** A broker with settings on top of the usual ones. */
  public EmbeddedKafka(Path dataDir, Map<String, String> settings) throws Exception {
    this.dataDir = dataDir;
    this.settings = settings;
    ServerSocketChannel brokerSocket = bind(0);
    ServerSocketChannel controllerSocket = bind(0);
    this.brokerPort = brokerSocket.socket().getLocalPort();
    this.controllerPort = controllerSocket.socket().getLocalPort();
    start(brokerSocket, controllerSocket);
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + brokerPort;
  }

  /** Settings that lead a client here. */
  public Map<String, String> clientSettings() {
    return Map.of("bootstrap.servers", bootstrapServers());
  }

  /** Stops an orderly way; {@link #restart} brings it back. */
  public void stop() {
    broker.shutdown(STOP_TIMEOUT);
    controller.shutdown();
    metrics.close();
  }

  /** Starts again on the same port and data. */
  public void restart() throws Exception {
    start(bind(brokerPort), bind(controllerPort));
  }

  /**
   * Does something while the broker knows of no leader of these topics' partitions, as for a moment
   * after it stood still for longer than its session. Its requests between its own parts go by that
   * knowledge; what it leads, it goes on leading.
   *
   * @throws IllegalStateException where the controller has changed something meanwhile, by which
   *     the broker came to know of the leaders again
   */
  public void withoutLeaders(Predicate<String> topics, Runnable action) {
    KRaftMetadataCache known = broker.metadataCache();
    MetadataImage image = known.getImage();
    MetadataDelta change = new MetadataDelta.Builder().setImage(image).build();
    for (var topic : image.topics().topicsByName().values()) {
      if (topics.test(topic.name())) {
        for (int partition : topic.partitions().keySet()) {
          change.replay(
              new PartitionChangeRecord()
                  .setTopicId(topic.id())
                  .setPartitionId(partition)
                  .setLeader(LeaderConstants.NO_LEADER));
        }
      }
    }
    MetadataImage leaderless = change.apply(image.provenance());
    known.setImage(leaderless);
    try {
      action.run();
      if (!known.getImage().equals(leaderless)) {
        throw new IllegalStateException("the broker came to know of the leaders meanwhile");
      }
    } finally {
      if (known.getImage().equals(leaderless)) {
        known.setImage(image);
      }
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void start(ServerSocketChannel brokerSocket, ServerSocketChannel controllerSocket)
      throws Exception {
    if (!Files.exists(dataDir.resolve("meta.properties"))) {
      format();
    }
    KafkaConfig config = new KafkaConfig(properties(), false);
    MetaPropertiesEnsemble ensemble =
        new MetaPropertiesEnsemble.Loader()
            .addLogDirs(List.of(dataDir.toString()))
            .addMetadataLogDir(dataDir.toString())
            .load();
    ensemble.verify(
        Optional.empty(),
        OptionalInt.of(NODE_ID),
        EnumSet.of(MetaPropertiesEnsemble.VerificationFlag.REQUIRE_METADATA_LOG_DIR));
    metrics =
        kafka.server.Server.initializeMetrics(
            config, Time.SYSTEM, ensemble.clusterId().orElseThrow());
    ServerSocketFactory boundBefore =
        (listener, address, backlog, receiveBufferBytes) -> {
          ServerSocketChannel socket =
              address.getPort() == brokerPort ? brokerSocket : controllerSocket;
          socket.configureBlocking(false);
          return socket;
        };
    SharedServer shared =
        new SharedServer(
            config,
            ensemble,
            Time.SYSTEM,
            metrics,
            CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(List.of(voter()))),
            List.of(),
            new StandardFaultHandlerFactory(),
            boundBefore);
    broker = new BrokerServer(shared);
    controller =
        new ControllerServer(
            shared, KafkaRaftServer.configSchema(), BootstrapMetadata.fromDirectory(dataDir));
    controller.startup();
    broker.startup();
  }

  private Properties properties() throws IOException {
    String listeners =
        "PLAINTEXT://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort;
    Properties properties = new Properties();
    properties.load(new StringReader(SETTINGS));
    properties.put("node.id", String.valueOf(NODE_ID));
    properties.put("log.dirs", dataDir.toString());
    properties.put("listeners", listeners);
    properties.put("advertised.listeners", listeners);
    properties.put("controller.quorum.voters", voter());
    properties.put("message.max.bytes", String.valueOf(RecordSizes.MAX_RECORD));
    properties.put("replica.fetch.max.bytes", String.valueOf(RecordSizes.MAX_RECORD));
    properties.putAll(settings);
    return properties;
  }

  private String voter() {
    return NODE_ID + "@127.0.0.1:" + controllerPort;
  }

  private void format() throws Exception {
    Files.createDirectories(dataDir);
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(dataDir.toString())
        .setMetadataLogDirectory(dataDir.toString())
        .setControllerListenerName("CONTROLLER")
        .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
        .run();
  }

  private static ServerSocketChannel bind(int port) throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }
}
