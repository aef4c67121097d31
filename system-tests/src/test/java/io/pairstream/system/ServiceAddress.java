package io.pairstream.system;

import io.pairstream.platform.Readiness;
import io.pairstream.testing.Await;
import java.net.URI;
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
  static String said(Supplier<String> log) {
    Await.until("it says where it listens", () -> find(log.get()).isPresent(), log);
    return find(log.get()).orElseThrow();
  }

  /** Waits until a service says that it is ready for work. */
  static void awaitReady(Supplier<String> log) {
    Readiness readiness = Readiness.httpOk(URI.create(said(log) + "/health/ready"));
    Await.until("it is ready", readiness::isReady, log);
  }

  private static Optional<String> find(String log) {
    return log.lines()
        .filter(line -> line.contains("listening on") || line.contains("health and metrics on"))
        .map(LISTENS::matcher)
        .filter(Matcher::find)
        .map(Matcher::group)
        .findFirst();
  }
}
