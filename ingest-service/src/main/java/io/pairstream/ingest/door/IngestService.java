package io.pairstream.ingest.door;

import io.pairstream.ingest.http.Authenticator;
import io.pairstream.ingest.http.HttpDoor;
import io.pairstream.ingest.http.Quota;
import io.pairstream.ingest.http.Route;
import io.pairstream.ingest.http.Router;
import io.pairstream.ingest.pairs.PairIntake;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The ingest service: all doors on one port.
 *
 * <p>It listens at once and takes nothing until Kafka and the registry are there; {@code
 * /health/ready} tells. Closing refuses what is new, lets what is under way end, and then lets go
 * of Kafka.
 */
public final class IngestService implements AutoCloseable {

  private final PairIntake intake;
  private final HttpDoor door;

  /** Puts the service together; {@link #start} begins. */
  public IngestService(Cluster cluster, IngestSettings settings) {
    intake = new PairIntake(cluster, Clock.systemUTC());
    List<Route> routes = new ArrayList<>();
    routes.addAll(new PairRoutes(intake).routes());
    routes.addAll(new HealthRoutes(List.of(intake::obstacle)).routes());
    routes.addAll(new OpenApiRoute(settings.anonymous()).routes());
    door =
        new HttpDoor(
            settings.server(),
            new Router(routes),
            settings.anonymous() ? Authenticator.ANONYMOUS : Authenticator.NONE,
            Quota.UNLIMITED,
            settings.anonymous());
  }

  /**
   * Begins to listen, and to look for Kafka.
   *
   * @throws IOException where the address cannot be listened on
   */
  public void start() throws IOException {
    door.start();
    intake.start();
  }

  /** The port that is listened on. */
  public int port() {
    return door.port();
  }

  /** All routes. */
  public List<Route> routes() {
    return door.routes();
  }

  /** Fails where the service can never work: a topic or a schema is missing. */
  public CompletableFuture<Void> fault() {
    return intake.fault();
  }

  @Override
  public void close() {
    try {
      door.close();
    } finally {
      intake.close();
    }
  }
}
