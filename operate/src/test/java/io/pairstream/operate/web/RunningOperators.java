package io.pairstream.operate.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.operate.oidc.OidcSettings;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** An operators' service on a free port, with a client of it. */
final class RunningOperators implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final ClusterAccess cluster;
  private final OperateService service;
  private final HttpClient client = HttpClient.newHttpClient();

  RunningOperators(TestCluster kafka, ClusterAccess cluster, boolean anonymous, Path folder)
      throws IOException {
    this(kafka, cluster, LongTimeoutServer.operate(anonymous, folder), System::nanoTime);
  }

  /** Behind a proxy with TLS, which the test stands for. */
  static RunningOperators behindTls(TestCluster kafka, ClusterAccess cluster, Path folder)
      throws IOException {
    OperateSettings settings = settings(folder, true, Optional.empty());
    return new RunningOperators(kafka, cluster, settings, System::nanoTime);
  }

  /** One where people log in at a provider, too. */
  static RunningOperators withProvider(
      TestCluster kafka, ClusterAccess cluster, Path folder, OidcSettings oidc) throws IOException {
    OperateSettings settings = settings(folder, false, Optional.of(oidc));
    return new RunningOperators(kafka, cluster, settings, System::nanoTime);
  }

  /** One for whose limits no time passes. */
  static RunningOperators inOneMoment(TestCluster kafka, ClusterAccess cluster, Path folder)
      throws IOException {
    return new RunningOperators(kafka, cluster, LongTimeoutServer.operate(false, folder), () -> 0);
  }

  private static OperateSettings settings(
      Path folder, boolean behindTls, Optional<OidcSettings> oidc) {
    return new OperateSettings(
        LongTimeoutServer.settings(),
        false,
        behindTls,
        folder,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        oidc);
  }

  private RunningOperators(
      TestCluster kafka, ClusterAccess cluster, OperateSettings settings, LongSupplier nanos)
      throws IOException {
    this.cluster = cluster;
    this.service =
        new OperateService(kafka.cluster(cluster, LongTimeouts.TIMEOUT), settings, nanos);
    service.start();
    await(() -> send(get("/health/ready")).statusCode() == 200);
  }

  /** An answer with its body read as JSON. */
  record ClusterAnswer(HttpResponse<String> response) {

    int status() {
      return response.statusCode();
    }

    JsonNode json() {
      try {
        return Json.MAPPER.readTree(response.body());
      } catch (IOException e) {
        throw new IllegalStateException(response.body(), e);
      }
    }

    /** The cookie as a browser sends it back. */
    String cookie() {
      return response.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    }
  }

  String host() {
    return "127.0.0.1:" + service.port();
  }

  /** A new key, which the service knows already. */
  KeyIssuer.Created key(String owner, Scope... scopes) {
    try (KeyIssuer issuer = issuer()) {
      KeyIssuer.Created created =
          issuer.create(new NewKey(owner, Set.of(scopes), Rates.UNSAID, Instant.MAX));
      await(
          () ->
              tell(get("/v1/actions").header("Authorization", "Bearer " + created.text().reveal()))
                      .status()
                  != 401);
      return created;
    }
  }

  KeyIssuer issuer() {
    return KeyIssuer.open(cluster.topics().apiKeys(), cluster.clientSettings(), Clock.systemUTC());
  }

  HttpRequest.Builder get(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + host() + path));
  }

  HttpRequest.Builder post(String path, String json) {
    return get(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
  }

  /** Request with the headers of the service's own page. */
  HttpRequest.Builder ofPage(HttpRequest.Builder request) {
    return request.header("Origin", "http://" + host()).header("Sec-Fetch-Site", "same-origin");
  }

  ClusterAnswer login(String key) {
    return tell(ofPage(post("/v1/session", "{\"key\": \"" + key + "\"}")));
  }

  ClusterAnswer tell(HttpRequest.Builder request) {
    return new ClusterAnswer(send(request));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static void await(BooleanSupplier condition) {
    Await.until("", condition::getAsBoolean, () -> "");
  }

  @Override
  public void close() {
    service.close();
  }
}
