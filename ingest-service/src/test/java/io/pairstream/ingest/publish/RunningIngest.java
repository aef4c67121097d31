package io.pairstream.ingest.publish;

import io.pairstream.ingest.status.StatusRoutes;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.WebServer;
import io.pairstream.testing.Await;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One instance of the service with the routes for pairs, their statuses and batches. */
final class RunningIngest implements AutoCloseable {

  /** Takes any claimed name for the producer's. */
  private static final Authenticator BY_NAME =
      request ->
          request
              .header("X-Test-Producer")
              .map(name -> new Principal(name, name, Set.of(Scope.PUBLISH, Scope.READ)))
              .orElse(Principal.ANONYMOUS);

  private final StatusRoutes pairs;
  private final PairRoutes pairRoutes;
  private final PairIntake intake;
  private final WebServer server;

  RunningIngest(ClusterAccess access, String bootstrapServers, Path folder) throws Exception {
    Map<String, String> settings = new HashMap<>();
    access.clientSettings().forEach((name, value) -> settings.put(name, value.toString()));
    Cluster cluster =
        new Cluster(
            bootstrapServers,
            "mock://" + access.dataset().name(),
            access.dataset(),
            settings,
            Map.of());
    Clock clock = Clock.systemUTC();
    Map<String, Object> kafka = cluster.clientSettings(Map.of());
    pairs = new StatusRoutes(access.topics(), folder, kafka, clock);
    intake = new PairIntake(cluster, clock);
    SenderLanes lanes = new SenderLanes(pairs::receipt, System::nanoTime);
    lanes.start();
    pairRoutes = new PairRoutes(intake, Quota.UNLIMITED, lanes, folder.resolve("under-way"));
    List<Route> routes = new ArrayList<>();
    routes.addAll(pairs.routes());
    routes.addAll(pairRoutes.routes());
    server =
        new WebServer(
            LongTimeoutServer.settings(), new Router(routes), BY_NAME, Quota.UNLIMITED, true);
    server.start();
    intake.start();
  }

  /** Returns once pairs are taken, and the status of earlier ones is served. */
  RunningIngest awaitOpen() throws Exception {
    Await.until(() -> intake.obstacle().isEmpty() && pairs.isCaughtUp());
    return this;
  }

  int port() {
    return server.port();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  @Override
  public void close() {
    server.close();
    pairRoutes.close();
    intake.close();
    pairs.close();
  }
}
