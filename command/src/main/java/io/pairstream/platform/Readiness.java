package io.pairstream.platform;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;

/** Asks a process that runs whether it works, and if not, why. Each question takes some seconds. */
@FunctionalInterface
public interface Readiness {

  /** How long a broker may take to answer a client that has to find it first, in seconds. */
  long ANSWER_SECONDS = 60;

  /**
   * Obstacle of a process that has not worked yet, in words; empty once it works.
   *
   * @throws IOException where it does not answer, or not properly
   */
  Optional<String> waitsFor() throws IOException, InterruptedException;

  /**
   * Obstacle of a process that has worked before; empty where it works, or does not say.
   *
   * @throws IOException where it does not answer, or not properly
   */
  default Optional<String> waitsAgainFor() throws IOException {
    return Optional.empty();
  }

  /**
   * Why a process will never work again unless it is started anew; empty where nothing is known of
   * that.
   *
   * @throws IOException where it does not answer, or not properly
   */
  default Optional<String> standsStill() throws IOException {
    return Optional.empty();
  }

  /**
   * Whether the process works now.
   *
   * @throws IOException where it does not answer, or not properly
   */
  default boolean isReady() throws IOException, InterruptedException {
    return waitsFor().isEmpty();
  }

  /**
   * Asks a service for its health: {@code /health/ready}, and {@code /health/live}, which is
   * answered with anything but 200 only where nothing but a new start helps. One that another
   * platform has started, and that has taken the port, is an obstacle. Follows no proxy.
   *
   * @param base such as {@code http://127.0.0.1:8080}
   */
  static Readiness health(URI base) {
    return new Readiness() {
      @Override
      public Optional<String> waitsFor() throws IOException {
        return obstacle(base.resolve("/health/ready"));
      }

      @Override
      public Optional<String> waitsAgainFor() throws IOException {
        return waitsFor();
      }

      @Override
      public Optional<String> standsStill() throws IOException {
        return obstacle(base.resolve("/health/live"));
      }
    };
  }

  /** Why an address is not answered with 200, as the problem in the answer says. */
  private static Optional<String> obstacle(URI address) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(5_000);
    connection.setReadTimeout(15_000);
    try {
      int status = connection.getResponseCode();
      String parent = connection.getHeaderField("Pairstream-Parent");
      if (parent != null && !parent.equals("" + ProcessHandle.current().pid())) {
        return Optional.of(
            "port %d is taken by the platform of process %s".formatted(address.getPort(), parent));
      }
      if (status == HttpURLConnection.HTTP_OK) {
        return Optional.empty();
      }
      try (InputStream body = connection.getErrorStream()) {
        String detail = body == null ? "" : Json.MAPPER.readTree(body).path("detail").asText();
        return Optional.of(detail.isEmpty() ? "it answers with status " + status : detail);
      }
    } finally {
      connection.disconnect();
    }
  }

  /**
   * Satisfied once a broker on loopback describes its cluster with itself in it, and that is the
   * cluster whose data lies here: another platform may have taken the port.
   *
   * <p>A bare connection is tried first: a Kafka client logs every refused one.
   *
   * @param port of the broker's listener
   * @param logs folder of the broker's logs, which names its cluster
   */
  static Readiness brokerAnswers(int port, Path logs) {
    return () -> {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try (Socket socket = new Socket()) {
        socket.connect(address, 5_000);
      }
      Map<String, Object> client =
          Map.of("bootstrap.servers", "127.0.0.1:" + port, "enable.metrics.push", false);
      try (Admin admin = AdminClients.create(client)) {
        DescribeClusterResult cluster = admin.describeCluster();
        if (cluster.nodes().get(ANSWER_SECONDS, TimeUnit.SECONDS).isEmpty()) {
          return Optional.of("it takes part in no cluster yet");
        }
        String answers = cluster.clusterId().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        String own = BrokerMain.clusterId(logs);
        return answers.equals(own)
            ? Optional.empty()
            : Optional.of(
                (own.isEmpty()
                        ? "port %d is cluster %s's, and %s is of none yet"
                        : "port %d is taken by another Kafka, of cluster %s")
                    .formatted(port, answers, logs));
      } catch (ExecutionException | TimeoutException e) {
        return Optional.of("it takes connections, and does not answer");
      }
    };
  }
}
