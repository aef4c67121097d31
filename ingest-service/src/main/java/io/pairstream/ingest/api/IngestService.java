package io.pairstream.ingest.api;

import io.pairstream.ingest.batches.BatchRoutes;
import io.pairstream.ingest.page.ContributionPage;
import io.pairstream.ingest.pairs.IntakeCounts;
import io.pairstream.ingest.pairs.PairIntake;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.ingest.quotas.ProducerQuotas;
import io.pairstream.ingest.quotas.Quotas;
import io.pairstream.ingest.status.StatusRoutes;
import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.HealthRoutes;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.WebServer;
import io.pairstream.service.keys.ApiKeyAuthenticator;
import io.pairstream.service.keys.KeyRing;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.report.StatusServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The ingest service: all servers on one port.
 *
 * <p>It listens at once and takes nothing until Kafka and the registry are there; {@code
 * /health/ready} tells. Closing refuses what is new, lets what is under way end, and then lets go
 * of Kafka.
 */
public final class IngestService implements AutoCloseable {

  private final SelfReport report;
  private final PairTopics topics;
  private final Registry registry;
  private final Map<String, Object> clientSettings;
  private final PairIntake intake;
  private final KeyRing keys;
  private final StatusView pairs;
  private final BatchRoutes batchRoutes;
  private final WebServer server;
  private volatile Optional<StatusReporter> reporter = Optional.empty();
  private volatile boolean closing;

  /** Puts the service together; {@link #start} begins. */
  public IngestService(Cluster cluster, IngestSettings settings) {
    Clock clock = Clock.systemUTC();
    registry = cluster.registry();
    topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    clientSettings = cluster.clientSettings(Map.of());
    report = new SelfReport("ingest", clock);
    intake = new PairIntake(cluster, clock);
    keys = KeyRing.follow(topics.apiKeys(), registry, clientSettings);
    ProducerQuotas quotas =
        ProducerQuotas.of(
            keys, new Quotas(settings.quota(), settings.instances(), System::nanoTime), clock);
    Path directory = settings.stateDirectory();
    pairs = StatusView.open(topics, directory, clientSettings, clock);
    batchRoutes = new BatchRoutes(intake, quotas, directory.resolve("batches-under-way"));
    List<Route> routes = new ArrayList<>();
    routes.addAll(new PairRoutes(intake, quotas).routes());
    routes.addAll(new StatusRoutes(pairs, clientSettings).routes());
    routes.addAll(batchRoutes.routes());
    routes.add(quotas.me());
    List<Supplier<Optional<String>>> obstacles =
        List.of(intake::obstacle, keys::obstacle, this::reading);
    routes.addAll(new HealthRoutes(obstacles).routes());
    routes.add(StatusServer.metrics(report, Access.VIEW));
    routes.addAll(new OpenApiRoute(settings.anonymous()).routes());
    routes.addAll(ContributionPage.routes());
    server =
        new WebServer(
            settings.server(),
            new Router(routes),
            new ApiKeyAuthenticator(keys, settings.anonymous(), clock),
            quotas,
            settings.anonymous());
    obstacles.forEach(report::addObstacle);
    report.stateFrom(() -> closing ? SelfReport.State.STOPPING : SelfReport.State.RUNNING);
    report.add(Reading.ofHttp(server::traffic));
    report.add(this::read);
  }

  /** Why not every question can be answered now; empty where all is well. */
  private Optional<String> reading() {
    Optional<String> trouble = pairs.trouble();
    return trouble.isPresent() || pairs.isCaughtUp()
        ? trouble
        : Optional.of("what became of earlier uploads is still being read");
  }

  private void read(Reading reading) {
    IntakeCounts counts = intake.counts();
    reading
        .counter("pairs_taken_total", counts.pairs())
        .counter("image_bytes_taken_total", counts.imageBytes())
        .counter("links_taken_total", counts.links())
        .counter("submissions_failed_total", counts.failed())
        .gauge("submissions_under_way", counts.underWay());
  }

  /**
   * Begins to listen, and to look for Kafka.
   *
   * @throws IOException where the address cannot be listened on
   */
  public void start() throws IOException {
    server.start();
    intake.start();
    reporter =
        Optional.of(StatusReporter.start(report, topics.instances(), registry, clientSettings));
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  /** All routes. */
  public List<Route> routes() {
    return server.routes();
  }

  /**
   * Fails where the service can never work: a topic or a schema is missing, or the cluster is not
   * set to keep what is promised.
   */
  public CompletableFuture<Void> fault() {
    return intake.fault();
  }

  @Override
  public void close() {
    closing = true;
    try {
      server.close();
    } finally {
      keys.close();
      batchRoutes.close();
      pairs.close();
      intake.close();
      reporter.ifPresent(StatusReporter::close);
    }
  }
}
