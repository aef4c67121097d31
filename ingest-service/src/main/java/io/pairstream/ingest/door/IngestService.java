package io.pairstream.ingest.door;

import io.pairstream.ingest.http.HttpDoor;
import io.pairstream.ingest.http.Route;
import io.pairstream.ingest.http.Router;
import io.pairstream.ingest.keys.ApiKeyAuthenticator;
import io.pairstream.ingest.keys.KeyRing;
import io.pairstream.ingest.keys.ProducerQuotas;
import io.pairstream.ingest.keys.Quotas;
import io.pairstream.ingest.page.ContributionPage;
import io.pairstream.ingest.pairs.PairIntake;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.ingest.requests.Idempotency;
import io.pairstream.ingest.requests.IdempotentRequests;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final KeyRing keys;
  private final IdempotentRequests requests;
  private final Outcomes outcomes;
  private final HttpDoor door;

  /** Puts the service together; {@link #start} begins. */
  public IngestService(Cluster cluster, IngestSettings settings) {
    Clock clock = Clock.systemUTC();
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    Map<String, Object> clientSettings = cluster.clientSettings(Map.of());
    intake = new PairIntake(cluster, clock);
    requests =
        IdempotentRequests.open(
            topics.uploadRequests(),
            registry,
            settings.stateDirectory().resolve("upload-requests"),
            clientSettings,
            settings.lease(),
            clock);
    keys = KeyRing.follow(topics.apiKeys(), registry, clientSettings);
    Idempotency idempotency = new Idempotency(requests);
    ProducerQuotas quotas =
        ProducerQuotas.of(
            keys, new Quotas(settings.quota(), settings.instances(), System::nanoTime), clock);
    outcomes =
        new Outcomes(
            topics, registry, settings.stateDirectory(), clientSettings, intake, quotas, clock);
    List<Route> routes = new ArrayList<>();
    routes.addAll(new PairRoutes(intake).routes());
    routes.addAll(outcomes.routes());
    routes.add(quotas.me());
    routes.addAll(
        new HealthRoutes(
                List.of(intake::obstacle, keys::obstacle, requests::obstacle, outcomes::obstacle))
            .routes());
    routes.addAll(new OpenApiRoute(settings.anonymous()).routes());
    routes.addAll(ContributionPage.routes());
    door =
        new HttpDoor(
            settings.server(),
            new Router(routes.stream().map(idempotency::once).map(quotas::tellingOf).toList()),
            new ApiKeyAuthenticator(keys, settings.anonymous(), clock),
            quotas,
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
      keys.close();
      requests.close();
      outcomes.close();
      intake.close();
    }
  }
}
