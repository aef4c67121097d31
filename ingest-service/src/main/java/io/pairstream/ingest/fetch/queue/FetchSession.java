package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.queue.DueLinks.Due;
import io.pairstream.ingest.fetch.web.FetchRequest;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchResult.Failed;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.ingest.fetch.web.FetchResult.Postponed;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works links off until it is told to stop, or until Kafka says no.
 *
 * <p>One thread reads, hands links to the fetcher, writes what becomes of them and commits; fetches
 * end in whatever order. Whatever goes wrong with Kafka ends the session with an exception and
 * leaves nothing half done: the transaction is rolled back, and the next session begins where the
 * last commit was.
 */
final class FetchSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FetchSession.class);

  private static final Duration BUSY_POLL = Duration.ofMillis(5);
  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  /** How long a partition rests whose next record cannot be read yet, at first and at last. */
  private static final Duration SHORTEST_REST = Duration.ofMillis(20);

  private static final Duration LONGEST_REST = Duration.ofSeconds(1);

  /** Links that wait in memory, and their bytes, before no more are read. */
  private static final int MOST_IN_MEMORY = 20_000;

  private static final long MOST_BYTES_IN_MEMORY = 32L * 1024 * 1024;

  /** Bytes of images that are fetched and not written before no further link is handed on. */
  private static final long MOST_BYTES_FETCHED = 64L * 1024 * 1024;

  /** Records that are read again at a time. */
  private static final int MOST_DUE = 500;

  /**
   * A window that is fuller than this is emptied at its old end, so many records at a time: what is
   * far from due is written again at the topic's end.
   */
  private static final double FULL = 0.75;

  private static final int MOST_CARRIED = 4_000;
  private static final Duration CARRIED_EVERY = Duration.ofSeconds(30);

  /** How long what is under way may take to end when the session is to end. */
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final PairTopics topics;
  private final QueueSettings settings;
  private final WebFetcher fetcher;
  private final LinkReader linkReader;
  private final WriterSchemas waitingSchemas;
  private final Clock clock;
  private final Tally tally;
  private final Consumer<FetchCounts> counts;
  private final LinkOutputs outputs;
  private final HostQueues hosts;
  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> member;
  private final WaitingLog waitingLog;
  private final OutputTransaction transaction;
  private final Map<TopicPartition, Share> shares = new HashMap<>();
  private final IdentityHashMap<LinkJob, CompletableFuture<FetchResult>> underWay =
      new IdentityHashMap<>();
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytesFetched = new AtomicLong();
  private final int partitions;
  private boolean lost;
  private boolean closing;

  private record Ended(LinkJob job, FetchResult result) {
    int bytes() {
      return result instanceof Fetched fetched ? fetched.image().size() : 0;
    }
  }

  /**
   * Opens a session.
   *
   * @param partitions how many the topics of links and of waiting links have, both
   * @param tally where earlier sessions left off
   * @param counts is told what was done, often
   */
  FetchSession(
      PairTopics topics,
      QueueSettings settings,
      Clients clients,
      WebFetcher fetcher,
      LinkReader linkReader,
      WriterSchemas waitingSchemas,
      int partitions,
      Clock clock,
      Tally tally,
      Consumer<FetchCounts> counts) {
    this.topics = topics;
    this.settings = settings;
    this.fetcher = fetcher;
    this.linkReader = linkReader;
    this.waitingSchemas = waitingSchemas;
    this.partitions = partitions;
    this.clock = clock;
    this.tally = tally;
    this.counts = counts;
    this.outputs = new LinkOutputs(topics, clock);
    this.hosts = new HostQueues(settings.underWayPerHost());
    this.transaction = new OutputTransaction(clients.producer());
    this.member = clients.member();
    this.waitingLog = new WaitingLog(clients.reader());
  }

  /**
   * Works until {@code stop} says so, then lets what is under way end.
   *
   * @throws KafkaException where a commit, a read or a send failed for good
   */
  void run(BooleanSupplier stop) {
    member.subscribe(
        List.of(topics.links().name(), topics.waitingLinks().name()), new Rebalances());
    while (!stop.getAsBoolean()) {
      work();
    }
    drain();
  }

  private void work() {
    rest();
    boolean busy = !underWay.isEmpty() || !ended.isEmpty() || hosts.waiting() > 0;
    poll(busy ? BUSY_POLL : IDLE_POLL);
    takeDue();
    handOn();
    settle();
    if (transaction.isDue()) {
      commit();
    }
    counts.accept(now());
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
    counts.accept(now());
  }

  /** Pauses the partitions of which no more can be taken now, and no others. */
  private void rest() {
    Instant now = clock.instant();
    boolean full =
        hosts.waiting() >= MOST_IN_MEMORY || hosts.waitingBytes() >= MOST_BYTES_IN_MEMORY;
    Set<TopicPartition> resting = new HashSet<>();
    for (Share share : shares.values()) {
      boolean holdsLinks = isOfLinks(share.partition());
      if (share.isResting(now) || share.window().fullness() >= 1 || (holdsLinks && full)) {
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
      boolean all = true;
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        boolean taken =
            !share.window().isBeyond(record.offset())
                && (isOfLinks(partition) ? takeLink(share, record) : takeWaiting(share, record));
        if (taken) {
          share.rested();
        } else {
          member.seek(partition, record.offset());
          share.rest(clock.instant(), SHORTEST_REST, LONGEST_REST);
          askAhead(records.records(partition), record.offset());
          all = false;
          break;
        }
      }
      if (all) {
        OffsetAndMetadata next = records.nextOffsets().get(partition);
        if (next != null) {
          share.window().readTo(next.offset());
        }
      }
    }
  }

  /** Asks for the schemas of all that was read, so that not each of them costs a rest. */
  private void askAhead(List<ConsumerRecord<byte[], byte[]>> records, long from) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() > from && record.topic().equals(topics.links().name())) {
        linkReader.askAhead(record.value());
      }
    }
  }

  /** False where nobody can say yet what the record is. */
  private boolean takeLink(Share share, ConsumerRecord<byte[], byte[]> record) {
    if (share.window().isFinished(record.offset())) {
      share.window().read(record.offset());
      return true;
    }
    return admit(share, record.offset(), TriedLink.fresh(LinkRecord.of(record)));
  }

  /** Takes a link up, for the record at an offset; false where nobody can say yet what it is. */
  private boolean admit(Share share, long offset, TriedLink tried) {
    return linkReader
        .read(tried)
        .fold(
            link -> {
              share.window().read(offset);
              admit(new LinkJob(link.link(), share, offset));
              return true;
            },
            refused -> {
              share.window().read(offset);
              quarantine(share, offset, tried, refused.refusal(), refused.link());
              return true;
            },
            undecided -> false);
  }

  private void admit(LinkJob job) {
    Instant now = clock.instant();
    if (partitionOf(job.link().host()) != job.share().partition().partition()) {
      putOff(job, now); // to the partition where its host's links are
    } else if (!hosts.offer(job)) {
      putOff(job, hosts.turnOf(job.link().host(), now));
    }
  }

  private int partitionOf(String host) {
    return Utils.toPositive(Utils.murmur2(Utils.utf8(host))) % partitions;
  }

  private boolean takeWaiting(Share share, ConsumerRecord<byte[], byte[]> record) {
    if (share.window().isFinished(record.offset())) {
      share.window().read(record.offset());
      return true;
    }
    OptionalInt schemaId = WireFormat.schemaId(record.value());
    if (schemaId.isPresent()
        && waitingSchemas.of(schemaId.getAsInt()) == WriterSchemas.Verdict.UNDECIDED) {
      return false;
    }
    share.window().read(record.offset());
    waiting(share, record)
        .ifPresent(waiting -> share.due().add(record.offset(), waiting.getDueAt()));
    return true;
  }

  /** What a record lets wait. One that lets nothing wait goes to quarantine, under its own name. */
  private Optional<WaitingLink> waiting(Share share, ConsumerRecord<byte[], byte[]> record) {
    if (!LinkOutputs.isCarried(record)) {
      return noneWaits(share, record, LinkOutputs.tooLargeToCarry(record));
    }
    try {
      if (record.value() == null) {
        throw new SerializationException("the record has no value");
      }
      WaitingLink waiting =
          topics.waitingLinks().value().deserializer().deserialize(record.topic(), record.value());
      if (!outputs.isOfOurLinks(waiting)) {
        throw new SerializationException(
            "it names a record that is not on " + topics.links().name());
      }
      return Optional.of(waiting);
    } catch (SerializationException | AvroRuntimeException | StackOverflowError e) {
      return noneWaits(
          share,
          record,
          Refusal.of(
              RejectReason.UNREADABLE_RECORD,
              "no fetcher wrote this record; it lets no link wait: " + OneLine.of(e.toString())));
    }
  }

  private Optional<WaitingLink> noneWaits(
      Share share, ConsumerRecord<byte[], byte[]> record, Refusal refusal) {
    quarantine(
        share, record.offset(), TriedLink.fresh(LinkRecord.of(record)), refusal, Optional.empty());
    return Optional.empty();
  }

  /** Takes up what is due, and makes room in windows that fill up. */
  private void takeDue() {
    Instant now = clock.instant();
    for (Share share : shares.values()) {
      if (isOfLinks(share.partition())) {
        continue;
      }
      int room = Math.min(MOST_DUE, MOST_IN_MEMORY - hosts.waiting());
      if (room > 0 && hosts.waitingBytes() < MOST_BYTES_IN_MEMORY && !share.isResting(now)) {
        readAgain(
            share,
            share.due().take(now, room),
            (record, waiting) -> {
              if (admit(share, record.offset(), LinkOutputs.tried(waiting))) {
                share.rested();
              } else {
                share.due().add(record.offset(), waiting.getDueAt());
                if (!share.isResting(now)) {
                  share.rest(now, SHORTEST_REST, LONGEST_REST);
                }
              }
            });
      }
      if (share.window().fullness() >= FULL
          && share.carriedAt().plus(CARRIED_EVERY).isBefore(now)) {
        share.carry(MOST_CARRIED, now);
      }
      carryOn(share);
    }
  }

  /** A part of what is to be carried on, so that no pass takes long. */
  private void carryOn(Share share) {
    if (share.toCarry() == 0) {
      return;
    }
    List<Due> lowest =
        share
            .due()
            .takeLowest(share.window().low() + FinishedOffsets.MOST_ABOVE / 2, share.toCarry());
    int unread =
        readAgain(
            share,
            lowest,
            (record, waiting) ->
                finish(share, record.offset(), List.of(LinkOutputs.carriedOn(record))));
    share.stillToCarry(unread);
  }

  private interface Again {
    void accept(ConsumerRecord<byte[], byte[]> record, WaitingLink waiting);
  }

  /**
   * Reads records again, as many as memory has room for, and commits whenever enough has gathered.
   * The others stay due as they were.
   *
   * @return how many the others are
   */
  private int readAgain(Share share, List<Due> taken, Again each) {
    if (taken.isEmpty()) {
      return 0;
    }
    Map<Long, Instant> missing = new HashMap<>();
    taken.forEach(due -> missing.put(due.offset(), due.at()));
    WaitingLog.Found again = waitingLog.read(share.partition(), missing.keySet());
    for (long offset : again.unread()) {
      share.due().add(offset, missing.remove(offset));
    }
    for (ConsumerRecord<byte[], byte[]> record : again.found()) {
      missing.remove(record.offset());
      waiting(share, record).ifPresent(waiting -> each.accept(record, waiting));
      if (transaction.isDue()) {
        commit();
      }
    }
    for (long offset : missing.keySet()) {
      LOG.error("{}-{} was deleted before it was due", share.partition(), offset);
      share.finish(offset);
    }
    return again.unread().size();
  }

  private void handOn() {
    while (underWay.size() < settings.underWay() && bytesFetched.get() < MOST_BYTES_FETCHED) {
      Optional<LinkJob> next = hosts.next();
      if (next.isEmpty()) {
        return;
      }
      LinkJob job = next.get();
      PairLink link = job.link().link();
      CompletableFuture<FetchResult> fetch =
          fetcher.fetch(new FetchRequest(link.getUrl(), link.getExpectedDigest()));
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
      LinkJob job = end.job();
      if (!job.share().isOurs()) {
        continue;
      }
      underWay.remove(job);
      hosts.done(job.link().host(), now);
      finish(
          job.share(),
          job.offset(),
          end.result()
              .fold(
                  fetched -> fetched(job.link(), fetched),
                  failed -> failed(job.link(), failed, now),
                  postponed -> postponed(job.link(), postponed, now)));
    }
  }

  private List<ProducerRecord<byte[], byte[]>> fetched(ReadableLink link, Fetched fetched) {
    tally.fetched(fetched.image().size());
    return outputs.fetched(link, fetched);
  }

  private List<ProducerRecord<byte[], byte[]>> failed(
      ReadableLink link, Failed failed, Instant now) {
    TriedLink tried = link.tried().failed(failed.reason().name(), OneLine.of(failed.detail()), now);
    if (failed.retryable() && settings.retries().triesAgainAfter(tried.attempts())) {
      Duration pause =
          settings
              .retries()
              .pause(
                  failed.reason(), tried.attempts(), failed.retryAfter(), tried.record().origin());
      tally.triedAgain();
      return outputs.toBeTriedAgain(
          new ReadableLink(tried, link.link(), link.host()), now.plus(pause));
    }
    tally.quarantined(failed.reason());
    String detail = tried.detail();
    return outputs.quarantined(
        tried,
        new Refusal(
            failed.reason(),
            tried.attempts() == 1 ? detail : detail + " (attempt " + tried.attempts() + ")",
            OneLine.of(failed.measured()),
            OneLine.of(failed.limit())),
        Optional.of(link.link()));
  }

  private List<ProducerRecord<byte[], byte[]>> postponed(
      ReadableLink link, Postponed postponed, Instant now) {
    Duration giveUpAfter = settings.retries().giveUpAfter();
    // Not since it arrived: a link may wait for months before anybody fetches.
    TriedLink tried = link.tried().takenUp(now);
    Duration age = Duration.between(tried.firstTriedAt(), now);
    if (age.compareTo(giveUpAfter) > 0) {
      tally.quarantined(RejectReason.FETCH_TIMEOUT);
      return outputs.quarantined(
          tried,
          new Refusal(
              RejectReason.FETCH_TIMEOUT,
              "it was never this link's turn: " + OneLine.of(postponed.detail()),
              age.toHours() + " h",
              giveUpAfter.toHours() + " h"),
          Optional.of(link.link()));
    }
    tally.putOff();
    return outputs.putOff(
        new ReadableLink(tried, link.link(), link.host()),
        now.plus(settings.retries().bounded(postponed.retryAfter())));
  }

  private void putOff(LinkJob job, Instant dueAt) {
    tally.putOff();
    finish(job.share(), job.offset(), outputs.putOff(job.link(), dueAt));
  }

  private void quarantine(
      Share share, long offset, TriedLink tried, Refusal refusal, Optional<PairLink> link) {
    tally.quarantined(refusal.reason());
    finish(share, offset, outputs.quarantined(tried, refusal, link));
  }

  private void finish(Share share, long offset, List<ProducerRecord<byte[], byte[]>> records) {
    transaction.send(records);
    share.finish(offset);
  }

  private void commit() {
    transaction.commit(shares.values(), member.groupMetadata());
  }

  private FetchCounts now() {
    tally.worksOn(shares.keySet());
    int notDue = shares.values().stream().mapToInt(share -> share.due().size()).sum();
    return tally.counts(underWay.size(), hosts.waiting(), notDue);
  }

  private boolean isOfLinks(TopicPartition partition) {
    return partition.topic().equals(topics.links().name());
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
              hosts.done(entry.getKey().link().host(), clock.instant());
              return true;
            });
  }

  @Override
  public void close() {
    closing = true;
    letGo(Set.copyOf(shares.keySet()));
    transaction.close();
    member.close(CloseOptions.timeout(CLOSE));
    waitingLog.close();
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
      warnOfLostOffsets(partitions, committed);
      LOG.info("working on {}", partitions);
    }

    /** A group that never worked and one whose offsets expired look alike, but for the log. */
    private void warnOfLostOffsets(
        Collection<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
      List<TopicPartition> unknown =
          partitions.stream().filter(partition -> committed.get(partition) == null).toList();
      if (unknown.isEmpty()) {
        return;
      }
      member
          .beginningOffsets(unknown)
          .forEach(
              (partition, beginning) -> {
                if (beginning > 0) {
                  LOG.warn(
                      "nothing is known of what was fetched of {}, whose log begins at {}: links"
                          + " may be fetched again. Brokers keep offsets for"
                          + " offsets.retention.minutes; it should be a year",
                      partition,
                      beginning);
                }
              });
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
