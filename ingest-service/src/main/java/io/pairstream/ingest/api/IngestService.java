package io.pairstream.ingest.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.publish.PairIntake;
import io.pairstream.ingest.publish.PairRoutes;
import io.pairstream.ingest.publish.SenderLanes;
import io.pairstream.ingest.status.StatusRoutes;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.StaticFiles;
import io.pairstream.service.http.WebServer;
import io.pairstream.service.keys.ApiKeyAuthenticator;
import io.pairstream.service.keys.KeyRing;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusMetrics;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.requirements.DiskSpace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The ingest service: all servers on one port.
 *
 * <p>It listens at once and accepts nothing until Kafka and the registry are there, as {@code
 * /health/ready} shows. Closing refuses new requests, lets running ones end, and then disconnects
 * from Kafka.
 */
public final class IngestService implements AutoCloseable {

  /**
   * Settings of the ingest service.
   *
   * @param server address to listen on, and limits of the server
   * @param anonymous whether no keys are asked for, which only this machine's own programs and page
   *     may make use of
   * @param behindTls whether others than this machine reach it by https alone, through a proxy
   * @param stateDirectory where this instance alone keeps its copies of topics
   * @param quota of producers whose keys say nothing else; both rates above 0
   * @param instances how many instances share the load, and so the quotas; at least 1
   */
  public record Settings(
      ServerSettings server,
      boolean anonymous,
      boolean behindTls,
      Path stateDirectory,
      Rates quota,
      int instances) {

    /**
     * @throws IllegalArgumentException where others than this machine could come without a key, or
     *     send theirs unencrypted
     */
    public Settings {
      server.requireSafeAddress(anonymous, behindTls);
      if (quota.recordsPerSecond() == 0 || quota.bytesPerSecond() == 0) {
        throw new IllegalArgumentException("a quota of 0 lets no producer send anything");
      }
      if (instances < 1) {
        throw new IllegalArgumentException("at least 1 instance shares the load, not " + instances);
      }
    }
  }

  /** Where the contribution page's files lie. */
  static final String PAGE_FOLDER = "/io/pairstream/ingest/web/";

  private static final List<String> PAGE_FILES =
      List.of(
          RejectReason.WORDS,
          "icon.svg",
          "page.css",
          "page.js",
          "cards.js",
          "send.js",
          "memory.js",
          "pictures.js",
          "words.en.json",
          "words.zh.json");

  private final SelfReport report;
  private final PairTopics topics;
  private final Map<String, Object> clientSettings;
  private final PairIntake intake;
  private final KeyRing keys;
  private final StatusRoutes pairs;
  private final SenderLanes lanes;
  private final PairRoutes pairRoutes;
  private final WebServer server;

  /** Null until the start. */
  private volatile StatusReporter reporter;

  private volatile boolean closing;

  /** Puts the service together; {@link #start} begins. */
  public IngestService(Cluster cluster, Settings settings) {
    Clock clock = Clock.systemUTC();
    topics = PairTopics.of(cluster.dataset(), cluster.registry());
    clientSettings = cluster.clientSettings(Map.of());
    report = new SelfReport("ingest", clock);
    intake = new PairIntake(cluster, clock, new DiskSpace(settings.stateDirectory())::trouble);
    keys = new KeyRing(topics.apiKeys(), clientSettings);
    Quotas quotas =
        new Quotas(
            producer -> said(producer, clock).or(settings.quota()),
            settings.instances(),
            System::nanoTime);
    Path directory = settings.stateDirectory();
    pairs = new StatusRoutes(topics, directory, clientSettings, clock);
    lanes = new SenderLanes(pairs::receipt, System::nanoTime);
    pairRoutes = new PairRoutes(intake, quotas, lanes, directory.resolve("batches-under-way"));
    List<Route> routes = new ArrayList<>();
    routes.addAll(pairRoutes.routes());
    routes.addAll(pairs.routes());
    routes.add(quotas.me());
    Stream.<Supplier<Optional<Obstacle>>>of(intake::obstacle, keys::obstacle, this::reading)
        .forEach(report::obstacleFrom);
    routes.addAll(Route.health(List.of(report::obstacle), Optional::empty));
    routes.add(StatusMetrics.route(report, Access.VIEW));
    Answer description = Answer.json(200, description(settings.anonymous()));
    routes.add(Route.quick("/openapi.json", Access.OPEN, request -> description));
    routes.addAll(page());
    server =
        new WebServer(
            settings.server(),
            new Router(routes),
            new ApiKeyAuthenticator(keys, settings.anonymous(), clock),
            quotas,
            settings.anonymous());
    report.stateFrom(() -> closing ? SelfReport.State.STOPPING : SelfReport.State.RUNNING);
    report.add(Reading.ofHttp(server::traffic));
    report.add(reading -> reading.fact(SelfReport.HEALTH, server.url()));
    report.add(intake::read);
  }

  /** Why status requests cannot be answered in full now; empty where they can. */
  private Optional<Obstacle> reading() {
    Optional<Obstacle> trouble = pairs.trouble().map(Obstacle::notRead);
    String still = "what became of earlier uploads is still being read";
    return trouble.isPresent() || pairs.isCaughtUp()
        ? trouble
        : Optional.of(Obstacle.known("STATUS_BEING_READ", still));
  }

  /**
   * A producer's quota from its key. A caller without a key is a program or the page on this
   * machine, and has none.
   */
  private Rates said(String producer, Clock clock) {
    return producer.equals(Principal.ANONYMOUS.producer())
        ? Rates.UNLIMITED
        : keys.quotaOf(producer, clock.instant());
  }

  /** The API's description for programs; without keys where the service asks for none. */
  private static ObjectNode description(boolean anonymous) {
    try (InputStream file = IngestService.class.getResourceAsStream("openapi.json")) {
      ObjectNode json = (ObjectNode) Json.MAPPER.readTree(file);
      if (anonymous) {
        json.putArray("security");
      }
      return json;
    } catch (IOException e) {
      throw new IllegalStateException("the jar has no openapi.json", e);
    }
  }

  /**
   * The page at {@code /} on which people contribute pictures with captions, open to all: files
   * that are sent as they are. The key is asked for on the page.
   */
  public static List<Route> page() {
    return StaticFiles.routes(IngestService.class, PAGE_FOLDER, "index.html", PAGE_FILES);
  }

  /**
   * Begins to listen, and to look for Kafka.
   *
   * @throws IOException where the address cannot be listened on
   */
  public void start() throws IOException {
    server.start();
    intake.start();
    lanes.start();
    reporter = StatusReporter.start(report, topics.instances(), clientSettings);
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
   * Fails where the service can never work: the cluster refuses it, or is not set for Pairstream's
   * guarantees.
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
      lanes.close();
      pairRoutes.close();
      pairs.close();
      intake.close();
      if (reporter != null) {
        reporter.close();
      }
    }
  }
}
