package io.pairstream.ingest.fetch.queue;

import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.transactions.GroupInstance;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

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

  private final Settings settings;
  private final WebFetcher fetcher;
  private final Clock clock;
  private final FetchMetrics metrics = new FetchMetrics();
  private final GroupInstance instance;

  /**
   * Starts to work.
   *
   * @param fetcher closed with this
   * @param report learns how the work is, and is heard by others too
   */
  public FetchService(Settings settings, WebFetcher fetcher, Clock clock, SelfReport report) {
    this.settings = settings;
    this.fetcher = fetcher;
    this.clock = clock;
    report.add(metrics::read);
    String group = settings.cluster().dataset().fetchGroup();
    instance = new GroupInstance(settings.cluster(), group, report, this::workOn);
    instance.start();
  }

  /** Counts of this instance's work. */
  FetchMetrics metrics() {
    return metrics;
  }

  /**
   * Waits until the service has ended, by {@link #close} or by a fault that does not pass, which it
   * answers.
   */
  public Optional<Throwable> awaitEnd() {
    return instance.awaitEnd();
  }

  /** Lets what is under way end, for a few seconds, commits, and leaves the rest to others. */
  @Override
  public void close() {
    instance.close();
    fetcher.close();
  }

  private boolean workOn(PairTopics topics) throws InterruptedException {
    Optional<Integer> partitions = awaitTopics(topics);
    if (partitions.isEmpty()) {
      return false;
    }
    try (LinkReader reader = new LinkReader(topics)) {
      return instance.repeat(
          () ->
              new FetchSession(
                  topics, settings, instance, fetcher, reader, partitions.get(), clock, metrics),
          metrics::done);
    }
  }

  /** Number of the link topic's partitions; empty where the service was stopped first. */
  private Optional<Integer> awaitTopics(PairTopics topics) throws InterruptedException {
    String links = topics.links().name();
    String waiting = topics.waitingLinks().name();
    List<String> names =
        List.of(
            links,
            waiting,
            topics.scraped().name(),
            topics.quarantine().name(),
            topics.uploads().name());
    return instance
        .prerequisites(settings.cluster(), topics.registry())
        .awaitAll(names, names)
        .map(partitions -> equal(partitions, links, waiting));
  }

  private static int equal(Map<String, Integer> partitions, String links, String waiting) {
    int ofLinks = partitions.get(links);
    int ofWaiting = partitions.get(waiting);
    if (ofLinks != ofWaiting) {
      throw new KafkaException(
          "partitions of %s: %d, of %s: %d; both must have as many, so that one instance has all of a host's links"
              .formatted(links, ofLinks, waiting, ofWaiting));
    }
    return ofLinks;
  }
}
