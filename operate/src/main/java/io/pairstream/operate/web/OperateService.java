package io.pairstream.operate.web;

import io.pairstream.curation.actions.ActionLog;
import io.pairstream.operate.canary.CanaryProbe;
import io.pairstream.operate.canary.CanaryReport;
import io.pairstream.operate.catalogue.AnswerIndex;
import io.pairstream.operate.catalogue.Catalogue;
import io.pairstream.operate.catalogue.PairIndex;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.history.ThroughputHistory;
import io.pairstream.operate.instances.ClusterWatch;
import io.pairstream.operate.instances.Instances;
import io.pairstream.operate.instances.Overview;
import io.pairstream.operate.lag.Arrivals;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.operate.lag.watch.LagHistory;
import io.pairstream.operate.lag.watch.LagRoutes;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.operate.metrics.ClusterMetrics;
import io.pairstream.operate.metrics.LimitMetrics;
import io.pairstream.operate.pairs.CatalogueRoutes;
import io.pairstream.operate.pairs.ReviewerRoutes;
import io.pairstream.operate.pairs.ThresholdRoutes;
import io.pairstream.operate.profile.ProfileFold;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.threshold.MeasureSample;
import io.pairstream.schemas.Threads;
import io.pairstream.service.Cluster;
import io.pairstream.service.OpenParts;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.WebServer;
import io.pairstream.service.keys.KeyRing;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusMetrics;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators' service: all that is known of a running platform, on one port.
 *
 * <p>It listens at once. While Kafka is away it says so, and shows what it knew last.
 */
public final class OperateService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OperateService.class);

  private final ClusterAccess access;
  private final OperateSettings settings;
  private final Clock clock = Clock.systemUTC();
  private final OpenParts parts = new OpenParts();
  private final List<Route> routes = new ArrayList<>();
  private final SelfReport report = new SelfReport("operate", clock);
  private final CompletableFuture<Void> fault = new CompletableFuture<>();
  private final Arrivals arrivals = new Arrivals();
  private final Instances instances;
  private final LagWatcher lag;
  private final Supplier<LagReport> latest;
  private final TopicTable catalogue;
  private final Thread requirements;
  private final WebServer server;

  /** Puts the service together; {@link #start} begins. */
  public OperateService(Cluster cluster, OperateSettings settings) {
    this(cluster, settings, System::nanoTime);
  }

  /**
   * @param nanos the time by which callers are limited, as {@link System#nanoTime} tells it
   */
  OperateService(Cluster cluster, OperateSettings settings, LongSupplier nanos) {
    this.settings = settings;
    access = new ClusterAccess(cluster);
    LOG.info("data set {}", access.dataset().name());
    instances = parts.add(Instances.follow(access, clock));
    report.obstacleFrom(instances::obstacle);
    lag = addLag();
    Mutes mutes = parts.add(Mutes.follow(access, clock));
    latest = () -> mutes.in(lag.latest());
    Supplier<CanaryReport> canary = canary();
    catalogue = addPairs();
    addOverview(settings.clusterName().orElse(cluster.bootstrapServers()), canary);
    OperatorLogin login = addLogin();
    routes.addAll(Route.health(List.of(report::obstacle), Optional::empty));
    routes.addAll(DashboardPage.routes());
    server =
        new WebServer(
            settings.server(),
            new Router(routes),
            login,
            new CallerLimits(nanos),
            settings.anonymous());
    reportSelf();
    ClusterCheck check =
        ClusterCheck.of(cluster)
            .onTopics(
                List.of(
                    access.topics().crowdsourced().name(),
                    access.topics().scraped().name(),
                    access.topics().links().name(),
                    access.topics().reviews().name(),
                    access.topics().actions().name()));
    requirements = Threads.daemon("check-promises", () -> require(check));
    parts.add(requirements::interrupt);
  }

  /** Adds the watch over groups, with what it remembers. */
  private LagWatcher addLag() {
    LagHistory history = parts.add(new LagHistory(settings.stateDirectory().resolve("lag")));
    ThroughputHistory throughput =
        new ThroughputHistory(access.topics(), instances::all, arrivals, clock);
    LagWatcher watcher =
        parts.add(
            new LagWatcher(
                access,
                LagWatcher.INTERVAL,
                settings.groups(),
                clock,
                look -> {
                  history.note(look);
                  arrivals.note(look);
                  throughput.note(look);
                },
                instances::named));
    watcher.remember(history);
    report.obstacleFrom(watcher::obstacle);
    Supplier<LagReport> besideProcesses =
        () -> latest.get().map(instances.beside(access.dataset()));
    routes.addAll(new LagRoutes(besideProcesses, history).routes());
    routes.add(throughput.route());
    return watcher;
  }

  /** Adds the catalogue of pairs, and what is asked of it. */
  private TopicTable addPairs() {
    TopicTable pairs =
        parts.add(
            Catalogue.open(
                access,
                List.of(
                    new PairIndex(access.topics()),
                    new AnswerIndex(access.topics()),
                    new ProfileFold(access.topics()),
                    new MeasureSample(access.topics()),
                    new ActionRoutes.Fold(access.topics().actions().name())),
                settings.stateDirectory().resolve("catalogue"),
                clock));
    report.obstacleFrom(() -> pairs.trouble().map(Obstacle::notRead));
    routes.addAll(
        parts
            .add(
                new CatalogueRoutes(
                    access, pairs, settings.workers().orElse(null), instances::limits, clock))
            .routes());
    routes.addAll(new ThresholdRoutes(pairs, new PairSearch(pairs, clock)).routes());
    routes.addAll(new ActionRoutes(pairs).routes());
    return pairs;
  }

  /** Adds the platform at one moment, for the page and for Prometheus. */
  private void addOverview(String clusterName, Supplier<CanaryReport> canary) {
    ClusterWatch watch = parts.add(new ClusterWatch(access));
    PairSearch search = new PairSearch(catalogue, clock);
    routes.addAll(
        Overview.routes(
            new Overview.Sources(
                access,
                instances,
                watch,
                () -> latest.get().groups(),
                arrivals,
                () -> catalogue.isCaughtUp() ? ProfileReport.byStatus(catalogue) : Map.of(),
                () -> catalogue.isCaughtUp() ? search.board().byReason() : Map.of(),
                canary,
                clock)));
    ClusterMetrics metrics =
        new ClusterMetrics(
            clusterName, access.dataset().name(), latest, lag::disks, watch::reachability, canary);
    routes.add(
        PrometheusText.route(
            Access.VIEW,
            List.of(
                metrics::write,
                new LimitMetrics(catalogue, metrics.place(), clock)::write,
                text -> {
                  StatusMetrics.write(instances.reports(false), metrics.place(), text);
                  StatusMetrics.writeMissing(instances.reports(true), metrics.place(), text);
                })));
  }

  /** Adds sessions, and what people change here. */
  private OperatorLogin addLogin() {
    KeyRing keys = parts.add(new KeyRing(access.topics().apiKeys(), access.clientSettings()));
    report.obstacleFrom(keys::obstacle);
    OperatorLogin login =
        new OperatorLogin(keys, settings.anonymous(), settings.isEncrypted(), clock);
    ActionLog actions = parts.add(new ActionLog(access, clock));
    routes.addAll(new SessionRoutes(login, actions, settings.oidc().orElse(null)).routes());
    settings
        .oidc()
        .map(oidc -> new ProviderRoutes(oidc, login, actions, clock))
        .ifPresent(provider -> routes.addAll(parts.add(provider).routes()));
    routes.addAll(parts.add(new ReviewerRoutes(access, catalogue, actions, clock)).routes());
    return login;
  }

  private void require(ClusterCheck check) {
    try {
      check.requireOnceItAnswers();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fault.completeExceptionally(e);
    }
  }

  private void reportSelf() {
    report.stateFrom(() -> SelfReport.State.RUNNING);
    report.add(Reading.ofHttp(server::traffic));
    report.add(reading -> reading.fact(SelfReport.HEALTH, server.url()));
    report.add(Reading.ofDisk(settings.stateDirectory()));
    parts.addClosedLast(
        StatusReporter.start(report, access.topics().instances(), access.clientSettings()));
  }

  /**
   * Begins to listen.
   *
   * @throws IOException where the address cannot be listened on
   */
  public void start() throws IOException {
    server.start();
    lag.start();
    requirements.start();
  }

  /**
   * Fails where the cluster answers and is not set to keep what is promised of what people do here.
   * Completes on close.
   */
  public CompletableFuture<Void> fault() {
    return fault;
  }

  private Supplier<CanaryReport> canary() {
    if (settings.canary().isEmpty()) {
      return () -> CanaryReport.OFF;
    }
    Runnable sent = () -> arrivals.leaveOut(access.topics().crowdsourced().name());
    CanaryProbe probe = parts.add(new CanaryProbe(access, settings.canary().get(), sent));
    probe.start();
    return probe::latest;
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  /** All routes. */
  public List<Route> routes() {
    return server.routes();
  }

  /** Stops to listen, then the parts, the last one first. */
  @Override
  public void close() {
    server.close();
    parts.close();
    fault.complete(null);
  }
}
