package io.pairstream.answers;

import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.transactions.GroupClients;
import io.pairstream.service.transactions.GroupInstance;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks about pairs until it is stopped, has reached the end, or Kafka rejects it.
 *
 * <p>One thread reads, looks up what is known, writes and commits; each model is asked on a thread
 * of its own, half a batch at a time. It may go on with the other half, and has more only once the
 * answers to the first are committed: a kill loses one batch of each model. Whatever goes wrong
 * with Kafka ends the session with an exception, and the next one begins where the last commit was.
 */
final class ScoreSession implements GroupInstance.Session {

  private static final Logger LOG = LoggerFactory.getLogger(ScoreSession.class);

  /** Most records of a poll. */
  static final int RECORDS_PER_POLL = 100;

  private static final Duration BUSY_POLL = Duration.ofMillis(10);
  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  /** Pairs in memory, and bytes of pictures, at which no more are taken up. */
  private static final int MOST_PAIRS = 2_000;

  private static final long MOST_BYTES = 64L * 1024 * 1024;

  /** Longest time that records gather, and their most. */
  private static final Duration GATHERED_FOR = Duration.ofMillis(100);

  private static final int MOST_RECORDS = 1_000;

  /** Interval of committing positions alone, and of asking where the whole group is. */
  private static final Duration POSITIONS = Duration.ofSeconds(1);

  /** Interval of looking whether others have answered what waits for its turn. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private static final Duration REGISTRY_PAUSE = Duration.ofSeconds(1);

  /** Time for batches under way to end when the session, or the hold of a partition, ends. */
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final Run run;
  private final Map<TopicPartition, Long> ends;
  private final Map<String, Integer> partitions;
  private final KnownAnswers known;
  private final Lane lane;
  private final List<Asker> askers;
  private final ErasedAnswers erased;
  private final DueRefusals refusals;
  private final PlacedRecords published;
  private final Outbox outbox;
  private final Consumer<byte[], byte[]> consumer;
  private final GroupInstance instance;
  private final Tally tally;
  private final Map<TopicPartition, Share> shares = new HashMap<>();
  private Obstacle registry = Obstacle.NONE;
  private long positionsAt = System.nanoTime();
  private long lookedAt = System.nanoTime();
  private boolean wasAssigned;
  private boolean wasAtEnds;
  private boolean lost;
  private boolean closing;

  /**
   * @param ends where the splits ended at the service's start; empty where the work has no end
   * @param partitions how many each split's topic has
   * @param consumer a member of the group, or of none in a run that asks again; closed with this
   * @param published what both erased answers and refusals read by; closed with this
   * @param outbox closed with this
   * @param askers those of the lane
   */
  ScoreSession(
      Run run,
      Map<TopicPartition, Long> ends,
      Map<String, Integer> partitions,
      KnownAnswers known,
      Lane lane,
      List<Asker> askers,
      ErasedAnswers erased,
      DueRefusals refusals,
      PlacedRecords published,
      Outbox outbox,
      Consumer<byte[], byte[]> consumer,
      GroupInstance instance,
      Tally tally) {
    this.run = run;
    this.ends = ends;
    this.partitions = partitions;
    this.known = known;
    this.lane = lane;
    this.askers = askers;
    this.erased = erased;
    this.refusals = refusals;
    this.published = published;
    this.outbox = outbox;
    this.consumer = consumer;
    this.instance = instance;
    this.tally = tally;
  }

  @Override
  public boolean run(BooleanSupplier stop) {
    if (run == Run.AGAIN) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      begin(ends.keySet());
    } else {
      consumer.subscribe(partitions.keySet(), new Rebalances());
    }
    while (!stop.getAsBoolean()) {
      work();
      boolean isAtEnds = isAtEnds();
      boolean hasComeThere = isAtEnds && !wasAtEnds && !shares.isEmpty();
      wasAtEnds = isAtEnds;
      if (hasComeThere || isDue(positionsAt, POSITIONS)) {
        takeUpErased();
        refuse();
        commit();
        if (isAtEnd()) {
          return true;
        }
      }
    }
    consumer.pause(consumer.assignment());
    drain(true);
    commit();
    return false;
  }

  private static boolean isDue(long last, Duration interval) {
    return System.nanoTime() - last >= interval.toNanos();
  }

  private void work() {
    boolean isBusy =
        lane.isAsking()
            || outbox.size() > 0
            || (run != Run.FOLLOW && !known.isFollowed())
            || shares.values().stream()
                .anyMatch(share -> !share.unread().isEmpty() || !share.whole().isDone());
    rest();
    poll(isBusy ? BUSY_POLL : IDLE_POLL);
    known.follow();
    shares.values().forEach(this::take);
    // Before anything else is asked: what a kill loses is one batch.
    if (lane.settle(false)
        || outbox.size() >= MOST_RECORDS
        || outbox.bytes() >= MOST_BYTES
        || outbox.age().compareTo(GATHERED_FOR) > 0) {
      commit();
    }
    long now = System.nanoTime();
    if (isDue(lookedAt, LOOK_AGAIN)) {
      lookedAt = now;
      lane.lookAgain(now);
    }
    lane.ask(now);
    note();
  }

  private void poll(Duration atMost) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(atMost);
    if (lost) {
      throw new KafkaException("the partitions went to another instance");
    }
    for (TopicPartition partition : records.partitions()) {
      Share share = shares.get(partition);
      if (share != null) {
        share.unread().addAll(records.records(partition));
      }
    }
  }

  /** Pauses the partitions that can take no more now, and resumes all others. */
  private void rest() {
    boolean isFull = isFull() || known.trouble().isPresent();
    Set<TopicPartition> resting = new HashSet<>();
    for (Share share : shares.values()) {
      if (isFull || !share.unread().isEmpty() || !share.isReady(System.nanoTime())) {
        resting.add(share.partition());
      }
    }
    Set<TopicPartition> again = new HashSet<>(consumer.paused());
    again.removeAll(resting);
    resting.removeAll(consumer.paused());
    consumer.pause(resting);
    consumer.resume(again);
  }

  private boolean isFull() {
    return lane.bytes() >= MOST_BYTES || openPairs() >= MOST_PAIRS;
  }

  private int openPairs() {
    return shares.values().stream().mapToInt(share -> share.open().size()).sum();
  }

  private void take(Share share) {
    long now = System.nanoTime();
    if (share.whole().isCompletedExceptionally()) {
      share.awaitWhole(known.isWhole());
    }
    while (share.isReady(now) && !share.unread().isEmpty() && !isFull()) {
      ConsumerRecord<byte[], byte[]> next = share.unread().peek();
      try {
        if (!lane.take(share, next, key -> isOurs(share, key))) {
          return;
        }
        share.unread().remove();
        registry = Obstacle.NONE;
      } catch (RegistryUnavailableException | MissingSchemaException e) {
        registry = Obstacle.of(e);
        share.restUntil(now + REGISTRY_PAUSE.toNanos());
      }
    }
  }

  private void takeUpErased() {
    if (run == Run.AGAIN || isFull()) {
      return;
    }
    for (ConsumerRecord<byte[], byte[]> record : erased.look(shares)) {
      Share share = shares.get(new TopicPartition(record.topic(), record.partition()));
      try {
        var unused = lane.take(share, record, key -> isOurs(share, key));
      } catch (RegistryUnavailableException | MissingSchemaException e) {
        registry = Obstacle.of(e);
        return;
      }
    }
  }

  private void refuse() {
    if (run == Run.AGAIN) {
      return;
    }
    try {
      refusals.take(shares);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      registry = Obstacle.of(e);
    }
  }

  /**
   * Whether this instance asks first. Of several that see something at the same time, one has the
   * partition that the answer's key names.
   */
  private boolean isOurs(Share share, String key) {
    String topic = share.partition().topic();
    int partition = Math.floorMod(key.hashCode(), partitions.get(topic));
    return shares.containsKey(new TopicPartition(topic, partition));
  }

  private void commit() {
    positionsAt = System.nanoTime();
    boolean hasRecords = outbox.size() > 0;
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (Share share : shares.values()) {
      // A pair that is taken up once more lies before what is committed.
      long low = Math.max(share.committed(), share.low(consumer.position(share.partition())));
      // Positions that stay go with records too: by them the group fences who is no member any
      // more.
      if (hasRecords || low != share.committed()) {
        offsets.put(share.partition(), new OffsetAndMetadata(low));
      }
    }
    Map<TopicPartition, Long> written = Map.of();
    if (run == Run.AGAIN && hasRecords) {
      written = outbox.commit(Map.of(), null);
    } else if (run != Run.AGAIN && (hasRecords || !offsets.isEmpty())) {
      written = outbox.commit(offsets, consumer.groupMetadata());
    }
    if (hasRecords) {
      known.committed(written);
      wasAtEnds = false; // until it is followed
    }
    offsets.forEach((partition, offset) -> shares.get(partition).commit(offset.offset()));
  }

  /**
   * Whether this instance has its partitions, all of them are worked on up to the ends, and what it
   * has committed is known: only then is it known too what is to be refused.
   */
  private boolean isAtEnds() {
    long now = System.nanoTime();
    return run != Run.FOLLOW
        && wasAssigned
        && openPairs() == 0
        && known.isFollowed()
        && shares.values().stream()
            .allMatch(
                share ->
                    share.isReady(now)
                        && share.low(consumer.position(share.partition()))
                            >= ends.getOrDefault(share.partition(), 0L));
  }

  /** Whether all is done that was there at the start; by all instances, where there are several. */
  private boolean isAtEnd() {
    return isAtEnds()
        && (run == Run.AGAIN
            || (!refusals.areLeft(shares)
                && consumer.committed(ends.keySet()).entrySet().stream()
                    .allMatch(
                        at ->
                            at.getValue() != null
                                && at.getValue().offset() >= ends.get(at.getKey()))));
  }

  /** Waits for a moment until the batches under way have ended, and takes their answers. */
  private void drain(boolean isPolling) {
    long deadline = System.nanoTime() + DRAIN.toNanos();
    while (lane.isAsking() && System.nanoTime() - deadline < 0) {
      if (isPolling) {
        poll(BUSY_POLL); // Its records are none, but it keeps the member in its group.
      } else {
        askers.forEach(asker -> asker.awaitAnswers(deadline));
      }
      lane.settle(isPolling);
    }
  }

  private void note() {
    long now = System.nanoTime();
    tally.worksOn(new Tally.Work(lane.questions(), openPairs()));
    instance.worksOn(shares.keySet());
    instance.waitsFor(
        known
            .trouble()
            .map(Obstacle::notRead)
            .or(
                () ->
                    askers.stream()
                        .flatMap(asker -> asker.away().stream())
                        .findFirst()
                        .map(Obstacle::of))
            .or(() -> askers.stream().flatMap(asker -> asker.busy(now).stream()).findFirst())
            .orElse(registry));
  }

  private void begin(Collection<TopicPartition> taken) {
    wasAssigned = true;
    CompletableFuture<Void> whole = known.isWhole();
    long now = System.nanoTime();
    taken.forEach(partition -> shares.put(partition, new Share(partition, whole, now)));
  }

  private void letGo(Collection<TopicPartition> given) {
    for (TopicPartition partition : given) {
      Share share = shares.remove(partition);
      if (share != null) {
        lane.letGo(share);
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    letGo(Set.copyOf(shares.keySet()));
    known.startOver();
    outbox.close();
    published.close();
    GroupClients.leave(consumer);
  }

  /** Takes partitions over and gives them up, during a poll. */
  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      begin(assigned);
      if (!assigned.isEmpty()) {
        LOG.info("working on {}", assigned);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      if (closing) {
        return; // what is not committed stays so
      }
      drain(false);
      commit();
      letGo(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      // Another instance has them already; what is not committed is its to do again.
      letGo(gone);
      lost = true;
    }
  }
}
