package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.pairstream.testing.EmbeddedKafka;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadinessTest {

  /** Two platforms may choose a port at the same time; one of them gets it. */
  @Test
  void aBrokerOfAnotherClusterIsNotTheOneThatWasStarted(@TempDir Path folder) throws Exception {
    Path logs = Files.createDirectory(folder.resolve("logs"));
    try (EmbeddedKafka other = new EmbeddedKafka(Files.createDirectory(folder.resolve("other")));
        Admin admin = Admin.create(Map.of("bootstrap.servers", other.bootstrapServers()))) {
      String cluster = admin.describeCluster().clusterId().get();
      int port = Integer.parseInt(other.bootstrapServers().replaceFirst(".*:", ""));
      Optional<String> taken =
          Optional.of("port %d is taken by another Kafka, of cluster %s".formatted(port, cluster));

      assertThat(Readiness.brokerAnswers(port, logs).waitsFor().orElseThrow())
          .isEqualTo(
              "port %d is cluster %s's, and %s is of none yet".formatted(port, cluster, logs));
      Files.writeString(logs.resolve("meta.properties"), "cluster.id=MkU3OEVBNTcwNTJENDM2Qk\n");
      assertThat(Readiness.brokerAnswers(port, logs).waitsFor()).isEqualTo(taken);

      Files.writeString(logs.resolve("meta.properties"), "cluster.id=" + cluster + "\n");
      assertThat(Readiness.brokerAnswers(port, logs).waitsFor()).isEmpty();
    }
  }

  /** Each start of a platform shows that services of ours are taken. */
  @Test
  void anotherPlatformsServiceOnThePortIsNotOurs() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Pairstream-Parent", "1");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    int port = server.getAddress().getPort();
    Readiness health = Readiness.health(URI.create("http://127.0.0.1:" + port));

    assertThat(health.waitsFor())
        .contains("port %d is taken by the platform of process 1".formatted(port));
    server.stop(0);
  }
}
