package io.pairstream.platform;

import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.util.Optional;

/** Asks a process that runs whether it works, and if not, why. Each question takes some seconds. */
@FunctionalInterface
public interface Readiness {

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
}
