package io.pairstream.answers;

import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.transactions.AsyncSession;
import io.pairstream.service.transactions.GroupInstance;
import io.pairstream.service.transactions.Outbox;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks about pairs until it is stopped, has reached the end, or Kafka rejects it.
 *
 * <p>Each model is asked on a thread of its own, half a batch at a time. It may go on with the
 * other half, and has more only once the answers to the first are committed: a kill loses one batch
 * of each model.
 */
final class ScoreSession extends AsyncSession<SplitPartition> {

  /** Most records of a poll. */
  static final int RECORDS_PER_POLL = 100;

  /**
   * Pairs in memory, and bytes of pictures, at which no further poll is made; those of one poll may
   * come on top.
   */
  private static final int MOST_PAIRS = 2_000;

  private static final long MOST_BYTES = 64L * 1024 * 1024;

  /** Interval of committing positions alone, and of asking where the whole group is. */
  private static final Duration POSITIONS = Duration.ofSeconds(1);

  /** Interval of looking whether others have answered what waits for its turn. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private final ScoreWork work;
  private final Run run;
  private final Map<TopicPartition, Long> ends;
  private final KnownAnswers known;
  private final AnswerCollector collector;
  private final DueRefusals refusals;
  private final PlacedRecords published;
  private final Consumer<byte[], byte[]> consumer;
  private final GroupInstance instance;
  private Obstacle registry = Obstacle.NONE;
  private long positionsAt = System.nanoTime();
  private long lookedAt = System.nanoTime();
  private CompletableFuture<Void> whole = new CompletableFuture<>();
  private boolean wasAssigned;
  private boolean wasAtEnds;
  private boolean isDone;

  /**
   * @param ends where the splits ended at the service's start; empty where the work has no end
   * @param outbox closed with this
   * @param consumer a member of the group, or of none in a run that asks again; closed with this
   * @param published closed with this
   */
  ScoreSession(
      ScoreWork work,
      Map<TopicPartition, Long> ends,
      GroupInstance instance,
      Outbox outbox,
      Consumer<byte[], byte[]> consumer,
      PlacedRecords published) {
    super(instance, outbox, consumer);
    this.work = work;
    this.run = work.settings().run();
    this.ends = ends;
    this.known = work.known();
    this.collector = new AnswerCollector(work, outbox);
    this.refusals = new DueRefusals(work, published, collector, outbox);
    this.published = published;
    this.consumer = consumer;
    this.instance = instance;
  }

  @Override
  protected void begin() {
    if (run == Run.AGAIN) {
      readAll(ends.keySet());
    } else {
      join(work.partitions().keySet());
    }
  }

  @Override
  protected void assigned() {
    wasAssigned = true;
    whole = known.isWhole();
  }

  @Override
  protected SplitPartition take(TopicPartition partition, OffsetAndMetadata committed) {
    return new SplitPartition(partition, committed, whole);
  }

  @Override
  protected boolean isFull(SplitPartition partition) {
    if (partition.whole().isCompletedExceptionally()) {
      partition.awaitWhole(known.isWhole());
    }
    return !partition.isReady() || isFull() || known.trouble().isPresent();
  }

  private boolean isFull() {
    return collector.bytes() >= MOST_BYTES || openPairs() >= MOST_PAIRS;
  }

  private int openPairs() {
    return partitions().values().stream().mapToInt(each -> each.open().size()).sum();
  }

  @Override
  protected boolean take(SplitPartition partition, ConsumerRecord<byte[], byte[]> record) {
    if (!partition.isReady() || !takeUp(partition, record)) {
      return false;
    }
    if (!partition.open().containsKey(record.offset())) {
      partition.finish(record.offset());
    }
    return true;
  }

  /** Takes a record up; false where it cannot be taken up yet. */
  private boolean takeUp(SplitPartition partition, ConsumerRecord<byte[], byte[]> record) {
    try {
      boolean isTaken = collector.take(partition, record, key -> isOurs(partition, key));
      registry = Obstacle.NONE;
      return isTaken;
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      registry = Obstacle.of(e);
      return false;
    }
  }

  /**
   * Whether this instance asks first. Of several that see something at the same time, one has the
   * partition that the answer's key names.
   */
  private boolean isOurs(SplitPartition partition, String key) {
    String topic = partition.topicPartition().topic();
    int number = Math.floorMod(key.hashCode(), work.partitions().get(topic));
    return partitions().containsKey(new TopicPartition(topic, number));
  }

  @Override
  protected boolean isUnderWay() {
    return collector.isAsking();
  }

  @Override
  protected boolean isBusy() {
    return (run != Run.FOLLOW && !known.isFollowed())
        || partitions().values().stream()
            .anyMatch(each -> each.isResting() || !each.whole().isDone());
  }

  @Override
  protected boolean settle(boolean isStopping) {
    known.follow();
    // Before anything else is asked: what a kill loses is one batch.
    return collector.settle(isStopping);
  }

  @Override
  protected void settleBeforeRevoked() {
    long deadline = System.nanoTime() + DRAIN.toNanos();
    while (collector.isAsking() && System.nanoTime() - deadline < 0) {
      work.askers().forEach(asker -> asker.awaitAnswers(deadline));
      collector.settle(false);
    }
  }

  @Override
  protected void handOn() {
    long now = System.nanoTime();
    if (now - lookedAt >= LOOK_AGAIN.toNanos()) {
      lookedAt = now;
      collector.lookAgain(now);
    }
    collector.ask(now);
    note(now);
    boolean isAtEnds = isAtEnds();
    boolean hasComeThere = isAtEnds && !wasAtEnds && !partitions().isEmpty();
    wasAtEnds = isAtEnds;
    if (hasComeThere || now - positionsAt >= POSITIONS.toNanos()) {
      positionsAt = now;
      if (run != Run.AGAIN) {
        takeUpErased();
        refuse();
      }
      commit();
      isDone = isAtEnd();
    }
  }

  /**
   * Takes pairs up once more whose answers were erased: an instance erases an answer with the last
   * pair that it knows to show what it is about, while another is about to record a further pair.
   */
  private void takeUpErased() {
    if (!isFull()) {
      List<PairPlace> erased =
          known.erased(work.cards()).stream().filter(each -> each.isReady(partitions())).toList();
      published
          .read(erased)
          .forEach((place, record) -> takeUp(partitions().get(place.split()), record));
    }
  }

  private void refuse() {
    try {
      refusals.take(partitions());
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      registry = Obstacle.of(e);
    }
  }

  @Override
  protected void written(Map<TopicPartition, Long> ends) {
    known.committed(ends);
    wasAtEnds = false; // until it is followed
  }

  @Override
  protected boolean isDone() {
    return isDone;
  }

  /**
   * Whether this instance has its partitions, all of them are worked on up to the ends, and what it
   * has committed is known: only then is it known too what is to be refused.
   */
  private boolean isAtEnds() {
    return run != Run.FOLLOW
        && wasAssigned
        && openPairs() == 0
        && known.isFollowed()
        && partitions().values().stream()
            .allMatch(
                each ->
                    each.isReady() && each.low() >= ends.getOrDefault(each.topicPartition(), 0L));
  }

  /** Whether all is done that was there at the start; by all instances, where there are several. */
  private boolean isAtEnd() {
    return isAtEnds()
        && (run == Run.AGAIN
            || (!refusals.areLeft(partitions())
                && consumer.committed(ends.keySet()).entrySet().stream()
                    .allMatch(
                        at ->
                            at.getValue() != null
                                && at.getValue().offset() >= ends.get(at.getKey()))));
  }

  private void note(long now) {
    work.metrics().worksOn(new ScoreMetrics.Work(collector.questions(), openPairs()));
    instance.waitsFor(
        known
            .trouble()
            .map(Obstacle::notRead)
            .or(
                () ->
                    work.askers().stream()
                        .flatMap(asker -> asker.away().stream())
                        .findFirst()
                        .map(Obstacle::of))
            .or(() -> work.askers().stream().flatMap(asker -> asker.busy(now).stream()).findFirst())
            .orElse(registry));
  }

  @Override
  protected void drop(List<SplitPartition> revoked) {
    revoked.forEach(collector::drop);
  }

  @Override
  public void close() {
    super.close();
    known.startOver();
    published.close();
  }
}
