package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.TestKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdminClientsTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  /** Three requests' time: Kafka's own client keeps to the first server for up to ten. */
  private static final Map<String, Object> TIMEOUT =
      Map.of("request.timeout.ms", 10_000, "default.api.timeout.ms", 30_000);

  @Test
  @Timeout(900)
  void turnsAwayFromABrokerThatStandsStill() throws IOException {
    try (StandingStill broker = new StandingStill()) {
      Map<String, Object> settings = new HashMap<>(TIMEOUT);
      settings.put("bootstrap.servers", broker.address() + "," + KAFKA.bootstrapServers());

      // Which is asked first is left to chance.
      while (broker.connections.size() < 2) {
        try (Admin admin = AdminClients.create(settings)) {
          assertThat(KafkaAnswers.await(admin.describeCluster().nodes())).hasSize(1);
        }
      }
    }
  }

  /** A server that behaves like a stopped process: it accepts connections and never answers. */
  private static final class StandingStill implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::take, "standing-still");

    StandingStill() throws IOException {
      thread.start();
    }

    String address() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    private void take() {
      try {
        while (true) {
          connections.add(server.accept());
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket connection : connections) {
        connection.close();
      }
    }
  }
}
