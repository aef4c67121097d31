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
import io.pairstream.operate.lag.MuteRoutes;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.operate.lag.watch.LagHistory;
import io.pairstream.operate.lag.watch.LagRoutes;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.operate.metrics.ClusterMetrics;
import io.pairstream.operate.metrics.LimitMetrics;
import io.pairstream.operate.pairs.CatalogueRoutes;
import io.pairstream.operate.pairs.LabelRoutes;
import io.pairstream.operate.pairs.ReviewRoutes;
import io.pairstream.operate.pairs.ThresholdRoutes;
import io.pairstream.operate.profile.ProfileFold;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.threshold.MeasureSample;
import io.pairstream.schemas.Threads;
import io.pairstream.service.Cluster;
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
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();
  private final SelfReport report = new SelfReport("operate", Clock.systemUTC());
  private final CompletableFuture<Void> fault = new CompletableFuture<>();
  private final Thread requirements;
  private final LagWatcher lag;
  private final WebServer server;

  /** Puts the service together; {@link #start} begins. */
  public OperateService(Cluster cluster, OperateSettings settings) {
    this(cluster, settings, System::nanoTime);
  }

  /**
   * @param nanos the time by which callers are limited, as {@link System#nanoTime} tells it
   */
  OperateService(Cluster cluster, OperateSettings settings, LongSupplier nanos) {
    ClusterAccess access = new ClusterAccess(cluster);
    LOG.info("data set {}", access.dataset().name());
    Clock clock = Clock.systemUTC();
    LagHistory history = closedLater(new LagHistory(settings.stateDirectory().resolve("lag")));
    Instances instances = closedLater(Instances.follow(access, clock));
    Arrivals arrivals = new Arrivals();
    ThroughputHistory throughput =
        new ThroughputHistory(access.topics(), instances::all, arrivals, clock);
    lag =
        closedLater(
            new LagWatcher(
                access,
                LagWatcher.INTERVAL,
                settings.groups(),
                clock,
                report -> {
                  history.note(report);
                  arrivals.note(report);
                  throughput.note(report);
                },
                instances::named));
    lag.remember(history);
    Mutes mutes = closedLater(Mutes.follow(access, clock));
    Supplier<LagReport> latest = () -> mutes.in(lag.latest());
    Supplier<LagReport> besideProcesses =
        () -> latest.get().map(instances.beside(access.dataset()));
    routes.addAll(new LagRoutes(besideProcesses, history).routes());
    report.obstacleFrom(lag::obstacle);
    report.obstacleFrom(instances::obstacle);
    Supplier<CanaryReport> canary = canary(access, settings, arrivals);
    TopicTable catalogue = addPairs(access, settings, instances, clock);
    ClusterWatch watch = closedLater(new ClusterWatch(access));
    PairSearch search = new PairSearch(catalogue, clock);
    Overview.Sources sources =
        new Overview.Sources(
            access,
            instances,
            watch,
            () -> latest.get().groups(),
            arrivals,
            () -> catalogue.isCaughtUp() ? ProfileReport.byStatus(catalogue) : Map.of(),
            () -> catalogue.isCaughtUp() ? search.board().byReason() : Map.of(),
            canary,
            clock);
    routes.addAll(Overview.routes(sources));
    routes.add(throughput.route());
    ClusterMetrics metrics =
        new ClusterMetrics(
            settings.clusterName().orElse(cluster.bootstrapServers()),
            access.dataset().name(),
            latest,
            lag::disks,
            watch::reachability,
            canary);
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
    KeyRing keys =
        closedLater(
            new KeyRing(access.topics().apiKeys(), access.registry(), access.clientSettings()));
    report.obstacleFrom(keys::obstacle);
    OperatorLogin login =
        new OperatorLogin(keys, settings.anonymous(), settings.isEncrypted(), clock);
    ActionLog actions = closedLater(new ActionLog(access, clock));
    routes.addAll(new SessionRoutes(login, actions, settings.oidc().orElse(null)).routes());
    settings
        .oidc()
        .map(oidc -> new ProviderRoutes(oidc, login, actions, clock))
        .ifPresent(provider -> routes.addAll(closedLater(provider).routes()));
    routes.addAll(closedLater(new ReviewRoutes(access, actions, clock)).routes());
    routes.addAll(closedLater(new LabelRoutes(access, catalogue, actions, clock)).routes());
    routes.addAll(closedLater(new MuteRoutes(access, actions, clock)).routes());
    routes.addAll(Route.health(List.of(report::obstacle)));
    routes.addAll(DashboardPage.routes());
    server =
        new WebServer(
            settings.server(),
            new Router(routes),
            login,
            new CallerLimits(nanos),
            settings.anonymous());
    reportSelf(access, settings.stateDirectory());
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

  private void require(ClusterCheck check) {
    try {
      check.requireOnceItAnswers();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fault.completeExceptionally(e);
    }
  }

  private void reportSelf(ClusterAccess access, Path stateDirectory) {
    report.stateFrom(() -> SelfReport.State.RUNNING);
    report.add(Reading.ofHttp(server::traffic));
    report.add(Reading.ofDisk(stateDirectory));
    // Closed last of all parts.
    parts.add(
        0,
        StatusReporter.start(
            report, access.topics().instances(), access.registry(), access.clientSettings()));
  }

  private TopicTable addPairs(
      ClusterAccess access, OperateSettings settings, Instances instances, Clock clock) {
    TopicTable catalogue =
        closedLater(
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
    report.obstacleFrom(() -> catalogue.trouble().map(Obstacle::notRead));
    CatalogueRoutes pairs =
        closedLater(
            new CatalogueRoutes(
                access, catalogue, settings.workers().orElse(null), instances::limits, clock));
    routes.addAll(pairs.routes());
    routes.addAll(new ThresholdRoutes(catalogue, new PairSearch(catalogue, clock)).routes());
    routes.addAll(new ActionRoutes(catalogue).routes());
    return catalogue;
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

  private Supplier<CanaryReport> canary(
      ClusterAccess access, OperateSettings settings, Arrivals arrivals) {
    if (settings.canary().isEmpty()) {
      return () -> CanaryReport.OFF;
    }
    Runnable sent = () -> arrivals.leaveOut(access.topics().crowdsourced().name());
    CanaryProbe probe = closedLater(new CanaryProbe(access, settings.canary().get(), sent));
    probe.start();
    return probe::latest;
  }

  private <T extends AutoCloseable> T closedLater(T part) {
    parts.add(part);
    return part;
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
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        LOG.warn("a part does not close", e);
      }
    }
    fault.complete(null);
  }
}
