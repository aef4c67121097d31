package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.pairstream.platform.FreePorts;
import io.pairstream.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** A broker in a container that can be frozen, cut off and killed, and keeps its address. */
final class BrokerContainer implements AutoCloseable {

  private static final String IMAGE =
      System.getenv().getOrDefault("PAIRSTREAM_KAFKA_IMAGE", "apache/kafka:4.4.0");

  /** A broker that gives no answer in this time is silent. */
  private static final int SILENCE_MILLIS = 2_000;

  /** So long one that is at work may take to answer. */
  private static final int ANSWER_MILLIS = 60_000;

  /** Longest start on a busy machine. */
  private static final Duration BUSY_START = Duration.ofMinutes(5);

  private final FreePorts ports;
  private final Network network;
  private final KafkaContainer kafka;

  private BrokerContainer(FreePorts ports, Network network, KafkaContainer kafka) {
    this.ports = ports;
    this.network = network;
    this.kafka = kafka;
  }

  static BrokerContainer start() {
    // A port that the engine chooses is another one after a kill.
    FreePorts ports = new FreePorts();
    Network network = Network.newNetwork();
    KafkaContainer kafka =
        new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"))
            .withNetwork(network)
            .withStartupTimeout(BUSY_START)
            // A broker that is out of session has no leaders for a moment, in which its coordinator
            // leaves a transaction open for good: docs/decisions/0043.
            .withEnv("KAFKA_BROKER_SESSION_TIMEOUT_MS", "60000")
            .withEnv("KAFKA_MESSAGE_MAX_BYTES", "10485760")
            .withEnv("KAFKA_REPLICA_FETCH_MAX_BYTES", "10485760");
    kafka.setPortBindings(List.of("127.0.0.1:" + ports.next() + ":9092"));
    BrokerContainer broker = new BrokerContainer(ports, network, kafka);
    try {
      kafka.start();
      return broker;
    } catch (ContainerFetchException e) {
      broker.close();
      ContainerEngine.cannotFetch(e);
      throw e;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  String bootstrapServers() {
    return kafka.getBootstrapServers();
  }

  /** Stops all its threads where they are; connections stay open. */
  void freeze() {
    // The kernel does not always manage to stop all threads of a busy container in the time that
    // the engine gives it; the engine lets them run again then, and says so.
    Await.answer(
        "the container is frozen", () -> engine().pauseContainerCmd(kafka.getContainerId()).exec());
    awaitSilence();
  }

  /** Asks in vain so many times, {@value #SILENCE_MILLIS} ms each. */
  void requireSilence(int questions) {
    for (int i = 0; i < questions; i++) {
      assertThat(answersWithin(SILENCE_MILLIS)).as("an answer of the broker").isFalse();
    }
  }

  void thaw() {
    engine().unpauseContainerCmd(kafka.getContainerId()).exec();
    awaitAnswer();
  }

  /** Takes its network away; packets of open connections go nowhere. */
  void cutOff() {
    engine()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(kafka.getContainerId())
        .exec();
    awaitSilence();
  }

  void reconnect() {
    engine()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(kafka.getContainerId())
        .exec();
    awaitAnswer();
  }

  @Override
  public void close() {
    kafka.close();
    network.close();
    ports.close();
  }

  private DockerClient engine() {
    return kafka.getDockerClient();
  }

  private void awaitSilence() {
    Await.until("the broker is silent", () -> !answersWithin(SILENCE_MILLIS), () -> "an answer");
  }

  private void awaitAnswer() {
    Await.until("the broker answers", () -> answersWithin(ANSWER_MILLIS), () -> "no answer");
  }

  /** Asked by a new client each time, which knows of no earlier connection. */
  private boolean answersWithin(int millis) {
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", bootstrapServers(),
                "request.timeout.ms", millis,
                "default.api.timeout.ms", millis))) {
      return !admin.describeCluster().nodes().get(2L * millis, TimeUnit.MILLISECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
