package io.pairstream.ingest.fetch.queue;

import io.pairstream.ingest.fetch.queue.HostQueues.Job;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.service.transactions.GroupClients;
import io.pairstream.service.transactions.GroupInstance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches links until it is stopped, or until Kafka rejects it.
 *
 * <p>One thread reads, hands links to the fetcher, writes what becomes of them and commits; fetches
 * end in whatever order. Whatever goes wrong with Kafka ends the session with an exception and
 * leaves nothing half done: the transaction is rolled back, and the next session begins where the
 * last commit was.
 */
final class FetchSession implements GroupInstance.Session {

  private static final Logger LOG = LoggerFactory.getLogger(FetchSession.class);

  private static final Duration BUSY_POLL = Duration.ofMillis(5);
  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  /**
   * Bytes of fetched images that are not written yet, at which no further link is handed to the
   * fetcher.
   */
  private static final long MOST_BYTES_FETCHED = 64L * 1024 * 1024;

  /** Time for work under way to end when the session ends. */
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final List<String> topics;
  private final FetchService.Settings settings;
  private final GroupInstance instance;
  private final WebFetcher fetcher;
  private final Clock clock;
  private final Tally tally;
  private final HostQueues hosts;
  private final LinkResults results;
  private final Consumer<byte[], byte[]> member;
  private final LinkIntake intake;
  private final Map<TopicPartition, Share> shares = new HashMap<>();
  private final IdentityHashMap<Job, CompletableFuture<FetchResult>> underWay =
      new IdentityHashMap<>();
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytesFetched = new AtomicLong();
  private boolean lost;
  private boolean closing;

  private record Ended(Job job, FetchResult result) {
    int bytes() {
      return result instanceof Fetched fetched ? fetched.image().size() : 0;
    }
  }

  /**
   * Opens a session.
   *
   * @param partitions how many the topics of links and of waiting links have, both
   * @param tally where earlier sessions left off
   */
  FetchSession(
      PairTopics topics,
      FetchService.Settings settings,
      GroupInstance instance,
      WebFetcher fetcher,
      LinkReader reader,
      int partitions,
      Clock clock,
      Tally tally) {
    String links = topics.links().name();
    this.topics = List.of(links, topics.waitingLinks().name());
    this.settings = settings;
    this.instance = instance;
    this.fetcher = fetcher;
    this.clock = clock;
    this.tally = tally;
    this.hosts = new HostQueues(settings.underWayPerHost());
    this.results =
        new LinkResults(
            new LinkOutputs(topics, clock),
            instance.clients().producer(),
            settings.retries(),
            tally);
    // Partitions of equal numbers come to the same member.
    this.member = instance.clients().member(RangeAssignor.class, RecordSizes.RECORDS_PER_POLL);
    this.intake =
        new LinkIntake(
            links,
            reader,
            partitions,
            clock,
            instance.clients().reader(RecordSizes.RECORDS_PER_POLL),
            hosts,
            results,
            this::commit);
  }

  @Override
  public boolean run(BooleanSupplier stop) {
    member.subscribe(topics, new Rebalances());
    while (!stop.getAsBoolean()) {
      work();
    }
    drain();
    return false; // links go on coming
  }

  private void work() {
    rest();
    boolean busy = !underWay.isEmpty() || !ended.isEmpty() || hosts.waiting() > 0;
    poll(busy ? BUSY_POLL : IDLE_POLL);
    intake.takeDue(shares.values());
    handOn();
    settle();
    if (results.isDue()) {
      commit();
    }
    noteWork();
  }

  private void poll(Duration atMost) {
    take(member.poll(atMost));
    if (lost) {
      throw new KafkaException("the partitions went to another instance");
    }
  }

  private void drain() {
    long deadline = System.nanoTime() + DRAIN.toNanos();
    member.pause(member.assignment());
    while (!underWay.isEmpty() && System.nanoTime() - deadline < 0) {
      // Its records are none, but it keeps the member in its group.
      poll(BUSY_POLL);
      settle();
    }
    settle();
    commit();
    noteWork();
  }

  /** Pauses the partitions that can take no more now, and resumes all others. */
  private void rest() {
    Instant now = clock.instant();
    Set<TopicPartition> resting = new HashSet<>();
    for (Share share : shares.values()) {
      if (intake.isResting(share, now)) {
        resting.add(share.partition());
      }
    }
    Set<TopicPartition> paused = member.paused();
    Set<TopicPartition> again = new HashSet<>(paused);
    again.removeAll(resting);
    resting.removeAll(paused);
    member.pause(resting);
    member.resume(again);
  }

  private void take(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      Share share = shares.get(partition);
      if (share == null) {
        continue; // given up in this very poll
      }
      OptionalLong unread = intake.take(share, records.records(partition));
      OffsetAndMetadata next = records.nextOffsets().get(partition);
      if (unread.isPresent()) {
        member.seek(partition, unread.getAsLong());
      } else if (next != null) {
        share.readTo(next.offset());
      }
    }
  }

  private void handOn() {
    while (underWay.size() < settings.underWay() && bytesFetched.get() < MOST_BYTES_FETCHED) {
      Optional<Job> next = hosts.next();
      if (next.isEmpty()) {
        return;
      }
      Job job = next.get();
      PairLink link = job.link();
      CompletableFuture<FetchResult> fetch = fetcher.fetch(link.getUrl(), link.getExpectedDigest());
      underWay.put(job, fetch);
      var unused =
          fetch.whenComplete(
              (result, thrown) -> {
                if (thrown == null && job.share().isOurs()) {
                  Ended end = new Ended(job, result);
                  bytesFetched.addAndGet(end.bytes());
                  ended.add(end);
                }
              });
    }
  }

  private void settle() {
    Instant now = clock.instant();
    for (Ended end = ended.poll(); end != null; end = ended.poll()) {
      bytesFetched.addAndGet(-end.bytes());
      Job job = end.job();
      if (!job.share().isOurs()) {
        continue;
      }
      underWay.remove(job);
      hosts.done(job.host(), now);
      results.finish(job, end.result(), now);
    }
  }

  private void commit() {
    results.commit(shares.values(), member.groupMetadata());
  }

  private void noteWork() {
    int notDue = shares.values().stream().mapToInt(Share::notDue).sum();
    Instant nextDue =
        shares.values().stream()
            .map(Share::nextDue)
            .min(Comparator.naturalOrder())
            .orElse(Instant.MAX);
    tally.worksOn(new Tally.Work(underWay.size(), hosts.waiting(), notDue, nextDue));
    instance.worksOn(shares.keySet());
  }

  private void letGo(Collection<TopicPartition> given) {
    given.forEach(
        partition -> {
          Share share = shares.remove(partition);
          if (share != null) {
            share.giveUp();
          }
        });
    hosts.dropWaiting(job -> !job.share().isOurs());
    underWay
        .entrySet()
        .removeIf(
            entry -> {
              if (entry.getKey().share().isOurs()) {
                return false;
              }
              entry.getValue().cancel(true);
              hosts.done(entry.getKey().host(), clock.instant());
              return true;
            });
  }

  @Override
  public void close() {
    closing = true;
    letGo(Set.copyOf(shares.keySet()));
    results.close();
    GroupClients.leave(member);
    intake.close();
  }

  /** Takes partitions over and gives them up, during a poll. */
  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      Map<TopicPartition, OffsetAndMetadata> committed =
          member.committed(new HashSet<>(partitions));
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata offset = committed.get(partition);
        FinishedOffsets finished =
            offset == null
                ? FinishedOffsets.below(0)
                : FinishedOffsets.read(offset.offset(), offset.metadata());
        shares.put(partition, new Share(partition, finished));
      }
      LOG.info("working on {}", partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (closing) {
        return; // what is not committed stays so
      }
      settle();
      commit();
      letGo(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      // Another instance has them already; what is not committed is its to do again.
      letGo(partitions);
      lost = true;
    }
  }
}
