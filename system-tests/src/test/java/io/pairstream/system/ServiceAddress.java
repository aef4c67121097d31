package io.pairstream.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a service that takes a free port answers, as its log says. */
final class ServiceAddress {

  private static final Pattern LISTENS = Pattern.compile("http://\\S+");

  private ServiceAddress() {}

  /**
   * Waits until a service says where it answers.
   *
   * @param log what it has said so far
   * @return such as {@code http://127.0.0.1:8080}
   */
  static String said(Supplier<String> log, Duration patience) {
    Await.until("it says where it listens", patience, () -> find(log.get()).isPresent(), log);
    return find(log.get()).orElseThrow();
  }

  /** Waits until a service says that it is ready for work. */
  static void awaitReady(Supplier<String> log, Duration patience) {
    URI ready = URI.create(said(log, patience) + "/health/ready");
    Await.until("it is ready", patience, () -> isOk(ready), log);
  }

  private static Optional<String> find(String log) {
    return log.lines()
        .filter(line -> line.contains("listening on") || line.contains("health and metrics on"))
        .map(LISTENS::matcher)
        .filter(Matcher::find)
        .map(Matcher::group)
        .findFirst();
  }

  private static boolean isOk(URI address) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(5_000);
      connection.setReadTimeout(5_000);
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
