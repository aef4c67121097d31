package io.pairstream.system;

import io.pairstream.platform.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
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
  static String said(Supplier<String> log, Duration timeout) {
    Await.until("it says where it listens", timeout, () -> find(log.get()).isPresent(), log);
    return find(log.get()).orElseThrow();
  }

  /** Waits until a service says that it is ready for work. */
  static void awaitReady(Supplier<String> log, Duration timeout) {
    Readiness readiness = Readiness.httpOk(URI.create(said(log, timeout) + "/health/ready"));
    Await.until("it is ready", timeout, () -> isReady(readiness), log);
  }

  private static Optional<String> find(String log) {
    return log.lines()
        .filter(line -> line.contains("listening on") || line.contains("health and metrics on"))
        .map(LISTENS::matcher)
        .filter(Matcher::find)
        .map(Matcher::group)
        .findFirst();
  }

  private static boolean isReady(Readiness readiness) {
    try {
      return readiness.isReady();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting", e);
    }
  }
}
