package io.pairstream.ingest.fetch.queue;

import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.Prerequisites;
import io.pairstream.service.transactions.AbandonedTransaction;
import io.pairstream.service.transactions.DeadInstances;
import io.pairstream.service.transactions.GroupClients;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the instances that share a data set's links, from start to stop.
 *
 * <p>A cluster or a registry that is away is waited for, at the start and later. Thread-safe.
 */
public final class FetchService implements AutoCloseable {

  /**
   * How links are worked off.
   *
   * @param cluster where the links are, and where what becomes of them goes
   * @param underWay links that are handed to the fetcher at a time, all hosts together; at least 1
   * @param underWayPerHost of one host; at least 1. One more than the connections that a host gets
   *     keeps them busy
   * @param retries how often a link is tried, and when
   */
  public record Settings(Cluster cluster, int underWay, int underWayPerHost, RetryPlan retries) {}

  private static final Logger LOG = LoggerFactory.getLogger(FetchService.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Time for work under way to end when the service stops; the rest is abandoned. */
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  private final Settings settings;
  private final GroupClients clients;
  private final SelfReport report;
  private final WebFetcher fetcher;
  private final Clock clock;
  private final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean working;
  private volatile Obstacle obstacle = Obstacle.NONE;
  private final Tally tally = new Tally();

  /**
   * Starts to work.
   *
   * @param fetcher closed with this
   * @param report learns how the work is, and is heard by others too
   */
  public FetchService(Settings settings, WebFetcher fetcher, Clock clock, SelfReport report) {
    this.settings = settings;
    this.clients = new GroupClients(settings.cluster(), settings.cluster().dataset().fetchGroup());
    this.report = report;
    this.fetcher = fetcher;
    this.clock = clock;
    report.add(tally::read);
    report.add(reading -> reading.fact(AbandonedTransaction.IDS_FACT, clients.transactionalId()));
    report.stateFrom(this::state);
    report.assignedFrom(tally::assigned);
    report.obstacleFrom(() -> obstacle.ifAny());
    this.thread = new Thread(this::run, "fetch");
    thread.start();
  }

  /** Counts of this instance's work. */
  Tally tally() {
    return tally;
  }

  /**
   * Waits until the service has ended, by {@link #close} or by a fault that does not pass, which it
   * answers.
   */
  public Optional<Throwable> awaitEnd() {
    return ended.join();
  }

  /** Lets what is under way end, for a few seconds, commits, and leaves the rest to others. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(STOP_WITHIN.toMillis());
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(STOP_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    fetcher.close();
  }

  private SelfReport.State state() {
    if (stopping) {
      return SelfReport.State.STOPPING;
    } else if (!working) {
      return SelfReport.State.STARTING;
    }
    return tally.assigned().isEmpty() ? SelfReport.State.REBALANCING : SelfReport.State.RUNNING;
  }

  private void run() {
    Registry registry = settings.cluster().registry();
    PairTopics topics = PairTopics.of(settings.cluster().dataset(), new AvroSerdes(registry));
    StatusReporter reporter =
        StatusReporter.start(
            report, topics.instances(), registry, settings.cluster().clientSettings(Map.of()));
    DeadInstances dead =
        DeadInstances.watch(settings.cluster(), List.of(settings.cluster().dataset().fetchGroup()));
    try (reporter;
        dead) {
      while (!stopping) {
        try {
          workOn(registry, topics);
        } catch (RegistryUnavailableException e) {
          LOG.warn("waiting: {}", e.getMessage());
          obstacle = Obstacle.of(e);
          TimeUnit.NANOSECONDS.sleep(SHORTEST_PAUSE.toNanos());
        }
      }
      ended.complete(Optional.empty());
    } catch (InterruptedException | InterruptException e) {
      ended.complete(Optional.empty());
    } catch (RuntimeException | Error e) {
      LOG.error("fetching ends", e);
      ended.complete(Optional.of(e));
    }
  }

  private void workOn(Registry registry, PairTopics topics) throws InterruptedException {
    Optional<Integer> partitions = awaitTopics(registry, topics);
    if (partitions.isEmpty()) {
      return;
    }
    try (LinkReader reader = new LinkReader(topics, registry)) {
      Duration pause = SHORTEST_PAUSE;
      while (!stopping) {
        long before = tally.done();
        try (FetchSession session =
            new FetchSession(
                topics, settings, clients, fetcher, reader, partitions.get(), clock, tally)) {
          working = true;
          obstacle = Obstacle.NONE;
          session.run(() -> stopping);
        } catch (AuthenticationException | AuthorizationException | InterruptException e) {
          throw e; // no waiting helps
        } catch (KafkaException e) {
          pause = tally.done() == before ? longer(pause) : SHORTEST_PAUSE;
          LOG.warn("begins again from the last commit in {}: {}", pause, e.toString());
          obstacle = Obstacle.of(e);
          TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        }
      }
    }
  }

  /** Number of the link topic's partitions; empty where the service was stopped first. */
  private Optional<Integer> awaitTopics(Registry registry, PairTopics topics)
      throws InterruptedException {
    String links = topics.links().name();
    String waiting = topics.waitingLinks().name();
    List<String> names =
        List.of(
            links,
            waiting,
            topics.scraped().name(),
            topics.quarantine().name(),
            topics.uploads().name());
    Prerequisites prerequisites =
        new Prerequisites(settings.cluster(), registry, () -> stopping, waits -> obstacle = waits);
    Optional<Map<String, Integer>> partitions = prerequisites.awaitTopics(names);
    if (partitions.isEmpty()) {
      return Optional.empty();
    }
    int ofLinks = partitions.get().get(links);
    int ofWaiting = partitions.get().get(waiting);
    if (ofLinks != ofWaiting) {
      throw new KafkaException(
          "partitions of %s: %d, of %s: %d; both must have as many, so that one instance has all of a host's links"
              .formatted(links, ofLinks, waiting, ofWaiting));
    }
    ClusterCheck.of(settings.cluster()).onTopics(names).requireOnceItAnswers();
    boolean isReady =
        prerequisites.awaitSchemas(
            () -> {
              prerequisites.rehearse(topics.links(), PairLink.newBuilder().build());
              prerequisites.rehearse(topics.waitingLinks(), WaitingLink.newBuilder().build());
              prerequisites.rehearse(topics.scraped(), RawPair.newBuilder().build());
              prerequisites.rehearse(topics.quarantine(), QuarantinedPair.newBuilder().build());
              prerequisites.rehearse(topics.uploads(), Upload.newBuilder().build());
            });
    return isReady ? Optional.of(ofLinks) : Optional.empty();
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
