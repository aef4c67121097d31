package io.pairstream.ingest.fetch.queue;

import io.pairstream.ingest.fetch.queue.HostQueues.Job;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.transactions.AsyncSession;
import io.pairstream.service.transactions.GroupInstance;
import io.pairstream.service.transactions.Outbox;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;

/** Fetches links until it is stopped, or until Kafka rejects it. */
final class FetchSession extends AsyncSession<LinkPartition> {

  /**
   * Bytes of fetched images that are not written yet, at which no further link is handed to the
   * fetcher.
   */
  private static final long MOST_BYTES_FETCHED = 64L * 1024 * 1024;

  private final List<String> topics;
  private final FetchService.Settings settings;
  private final WebFetcher fetcher;
  private final Clock clock;
  private final FetchMetrics metrics;
  private final HostQueues hosts;
  private final LinkResults results;
  private final LinkIntake intake;
  private final IdentityHashMap<Job, CompletableFuture<FetchResult>> underWay =
      new IdentityHashMap<>();
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytesFetched = new AtomicLong();

  private record Ended(Job job, FetchResult result) {
    int bytes() {
      return result instanceof Fetched fetched ? fetched.image().size() : 0;
    }
  }

  /**
   * Opens a session.
   *
   * @param partitions how many the topics of links and of waiting links have, both
   * @param metrics where earlier sessions left off
   */
  FetchSession(
      PairTopics topics,
      FetchService.Settings settings,
      GroupInstance instance,
      WebFetcher fetcher,
      LinkReader reader,
      int partitions,
      Clock clock,
      FetchMetrics metrics) {
    super(
        instance,
        new Outbox(instance.clients().producer(), new ArrayList<>()),
        // Partitions of equal numbers come to the same member.
        instance.clients().member(RangeAssignor.class, RecordSizes.RECORDS_PER_POLL));
    String links = topics.links().name();
    this.topics = List.of(links, topics.waitingLinks().name());
    this.settings = settings;
    this.fetcher = fetcher;
    this.clock = clock;
    this.metrics = metrics;
    this.hosts = new HostQueues(settings.underWayPerHost());
    this.results =
        new LinkResults(new LinkOutputs(topics, clock), outbox(), settings.retries(), metrics);
    this.intake =
        new LinkIntake(
            links,
            reader,
            partitions,
            clock,
            instance.clients().reader(RecordSizes.RECORDS_PER_POLL),
            hosts,
            results,
            this::commitIfDue);
  }

  @Override
  protected void begin() {
    join(topics);
  }

  @Override
  protected LinkPartition take(TopicPartition partition, OffsetAndMetadata committed) {
    return new LinkPartition(partition, committed);
  }

  @Override
  protected boolean isFull(LinkPartition partition) {
    return intake.isFull(partition);
  }

  @Override
  protected boolean take(LinkPartition partition, ConsumerRecord<byte[], byte[]> record) {
    return intake.take(partition, record);
  }

  @Override
  protected void comeAgain(List<ConsumerRecord<byte[], byte[]>> records) {
    intake.askAhead(records);
  }

  @Override
  protected boolean isUnderWay() {
    return !underWay.isEmpty();
  }

  @Override
  protected boolean isBusy() {
    return hosts.waiting() > 0;
  }

  @Override
  protected void handOn() {
    intake.takeDue(partitions().values());
    fetchNext();
    noteWork();
  }

  private void fetchNext() {
    while (underWay.size() < settings.underWay() && bytesFetched.get() < MOST_BYTES_FETCHED) {
      Optional<Job> next = hosts.next();
      if (next.isEmpty()) {
        return;
      }
      Job job = next.get();
      PairLink link = job.link();
      CompletableFuture<FetchResult> fetch =
          fetcher.fetch(link.getMetadata().getUrl(), link.getExpectedDigest());
      underWay.put(job, fetch);
      var unused =
          fetch.whenComplete(
              (result, thrown) -> {
                if (thrown == null && job.partition().isAssigned()) {
                  Ended end = new Ended(job, result);
                  bytesFetched.addAndGet(end.bytes());
                  ended.add(end);
                }
              });
    }
  }

  @Override
  protected boolean settle(boolean isStopping) {
    Instant now = clock.instant();
    for (Ended end = ended.poll(); end != null; end = ended.poll()) {
      bytesFetched.addAndGet(-end.bytes());
      Job job = end.job();
      if (job.partition().isAssigned()) {
        underWay.remove(job);
        hosts.done(job.host(), now);
        results.finish(job, end.result(), now);
      }
    }
    return false;
  }

  private void noteWork() {
    int notDue = partitions().values().stream().mapToInt(LinkPartition::notDue).sum();
    Instant nextDue =
        partitions().values().stream()
            .map(LinkPartition::nextDue)
            .min(Comparator.naturalOrder())
            .orElse(Instant.MAX);
    metrics.worksOn(new FetchMetrics.Work(underWay.size(), hosts.waiting(), notDue, nextDue));
  }

  @Override
  protected void drop(List<LinkPartition> revoked) {
    hosts.dropWaiting(job -> !job.partition().isAssigned());
    for (Job job : List.copyOf(underWay.keySet())) {
      if (!job.partition().isAssigned()) {
        underWay.remove(job).cancel(true);
        hosts.done(job.host(), clock.instant());
      }
    }
  }

  @Override
  public void close() {
    super.close();
    intake.close();
  }
}
