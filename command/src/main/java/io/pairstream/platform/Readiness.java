package io.pairstream.platform;

import io.pairstream.schemas.wire.AdminClients;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** Tells whether a process that runs also answers; asked again and again until it does. */
@FunctionalInterface
public interface Readiness {

  /** How long a broker may take to answer a client that has to find it first, in seconds. */
  long ANSWER_SECONDS = 15;

  /** Asks once, within some seconds. An exception means no. */
  boolean isReady() throws IOException, InterruptedException;

  /** Satisfied once a GET of {@code address} is answered with 200; follows no proxy. */
  static Readiness httpOk(URI address) {
    return () -> {
      HttpURLConnection connection =
          (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(5_000);
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        connection.disconnect();
      }
    };
  }

  /**
   * Satisfied once the broker on loopback describes its cluster with itself in it.
   *
   * <p>A bare connection is tried first: a Kafka client logs every refused one.
   *
   * @param port of the broker's listener
   */
  static Readiness brokerAnswers(int port) {
    return () -> {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try (Socket socket = new Socket()) {
        socket.connect(address, 1_000);
      }
      Map<String, Object> client =
          Map.of("bootstrap.servers", "127.0.0.1:" + port, "enable.metrics.push", false);
      try (Admin admin = AdminClients.create(client)) {
        return !admin.describeCluster().nodes().get(ANSWER_SECONDS, TimeUnit.SECONDS).isEmpty();
      } catch (ExecutionException | TimeoutException e) {
        return false;
      }
    };
  }
}
