package io.pairstream.service.transactions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on the records of a group's partitions that ends on other threads, in any order, and counts
 * exactly once: results are committed with the positions that they account for, in one transaction.
 *
 * <p>One thread polls, hands records on, takes results and commits. Whatever goes wrong with Kafka
 * ends the session with an exception and leaves nothing half done: the transaction is rolled back,
 * and the next session begins where the last commit was.
 *
 * @param <P> state of a partition while it is assigned
 */
public abstract class AsyncSession<P extends AssignedPartition> implements GroupInstance.Session {

  private static final Logger LOG = LoggerFactory.getLogger(AsyncSession.class);

  /** Time that a poll waits for records while there is work, and while there is none. */
  private static final Duration BUSY_POLL = Duration.ofMillis(5);

  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  /** Time for work under way to end when the session ends. */
  protected static final Duration DRAIN = Duration.ofSeconds(5);

  private final GroupInstance instance;
  private final Consumer<byte[], byte[]> consumer;
  private final Outbox outbox;
  private final Map<TopicPartition, P> partitions = new HashMap<>();
  private boolean isMember;
  private boolean lost;
  private boolean closing;

  /**
   * @param outbox closed with this
   * @param consumer of committed records; closed with this
   */
  protected AsyncSession(GroupInstance instance, Outbox outbox, Consumer<byte[], byte[]> consumer) {
    this.instance = instance;
    this.outbox = outbox;
    this.consumer = consumer;
  }

  /** Begins to read, by {@link #join} or {@link #readAll}. */
  protected abstract void begin();

  /** Hears that partitions were assigned, maybe none; each is taken over afterwards. */
  protected void assigned() {}

  /**
   * Takes a partition over.
   *
   * @param committed by the group; null where nothing was
   */
  protected abstract P take(TopicPartition partition, OffsetAndMetadata committed);

  /** Whether a partition can take no records now. Asked before each poll. */
  protected abstract boolean isFull(P partition);

  /**
   * Takes a record that is not finished. It is finished by {@link AssignedPartition#finish}, at
   * once or later, with its results in the outbox.
   *
   * @return false where it cannot be taken yet: the partition rests, and the record comes again
   */
  protected abstract boolean take(P partition, ConsumerRecord<byte[], byte[]> record);

  /** Hears of the records of a poll that come again, without the first of them. */
  protected void comeAgain(List<ConsumerRecord<byte[], byte[]>> records) {}

  /** Whether results are awaited from other threads. */
  protected abstract boolean isUnderWay();

  /** Whether anything is to be done without new records, so that a poll waits for none. */
  protected abstract boolean isBusy();

  /**
   * Puts the results that have come into the outbox.
   *
   * @param isStopping whether the session ends: failures may come of that
   * @return whether they are to be committed at once
   */
  protected abstract boolean settle(boolean isStopping);

  /** Puts results into the outbox before partitions are revoked; cannot poll. */
  protected void settleBeforeRevoked() {
    settle(false);
  }

  /** Hands further work to other threads, and notes how the work is. */
  protected abstract void handOn();

  /** Hears what was written: the offsets behind the records, by partition. */
  protected void written(Map<TopicPartition, Long> ends) {}

  /** Whether all work is done. */
  protected boolean isDone() {
    return false;
  }

  /** Drops the work for partitions that are not assigned any more. */
  protected abstract void drop(List<P> revoked);

  /** Becomes a member of the group, which shares these topics' partitions out. */
  protected final void join(Collection<String> topics) {
    isMember = true;
    consumer.subscribe(topics, new Rebalances());
  }

  /** Reads partitions from their beginning, in no group: positions are not committed. */
  protected final void readAll(Collection<TopicPartition> all) {
    consumer.assign(all);
    consumer.seekToBeginning(all);
    assigned();
    all.forEach(each -> partitions.put(each, take(each, null)));
  }

  /** The partitions that are assigned now. */
  protected final Map<TopicPartition, P> partitions() {
    return partitions;
  }

  protected final Outbox outbox() {
    return outbox;
  }

  @Override
  public final boolean run(BooleanSupplier stop) {
    begin();
    while (!stop.getAsBoolean()) {
      pauseFull();
      poll(isUnderWay() || isBusy() || outbox.size() > 0 ? BUSY_POLL : IDLE_POLL);
      if (settle(false)) {
        commit();
      }
      commitIfDue();
      handOn();
      instance.worksOn(partitions.keySet());
      if (isDone()) {
        return true;
      }
    }
    drain();
    return false;
  }

  private void drain() {
    long deadline = System.nanoTime() + DRAIN.toNanos();
    while (isUnderWay() && System.nanoTime() - deadline < 0) {
      consumer.pause(consumer.assignment());
      poll(BUSY_POLL); // gives no records, but keeps the member in its group
      settle(true);
    }
    settle(true);
    commit();
  }

  /** Pauses the partitions that can take no more now, and resumes all others. */
  private void pauseFull() {
    Set<TopicPartition> full = new HashSet<>();
    for (P each : partitions.values()) {
      if (each.isResting() || each.fullness() >= 1 || isFull(each)) {
        full.add(each.topicPartition());
      }
    }
    consumer.resume(consumer.paused());
    consumer.pause(full);
  }

  private void poll(Duration atMost) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(atMost);
    if (lost) {
      throw new KafkaException("the partitions went to another instance");
    }
    for (P each : partitions.values()) {
      takeAll(each, records.records(each.topicPartition()));
    }
  }

  private void takeAll(P partition, List<ConsumerRecord<byte[], byte[]>> records) {
    for (int i = 0; i < records.size(); i++) {
      ConsumerRecord<byte[], byte[]> record = records.get(i);
      if (!takeNext(partition, record)) {
        partition.rest();
        consumer.seek(partition.topicPartition(), record.offset());
        comeAgain(records.subList(i + 1, records.size()));
        return;
      }
      partition.rested();
    }
    try {
      partition.readTo(consumer.position(partition.topicPartition(), Duration.ZERO));
    } catch (TimeoutException e) {
      // The position is not known yet: the partition's leader has not answered.
    }
  }

  private boolean takeNext(P partition, ConsumerRecord<byte[], byte[]> record) {
    if (partition.isBeyond(record.offset())) {
      return false;
    }
    partition.read(record.offset());
    return partition.isFinished(record.offset()) || take(partition, record);
  }

  /** Commits where enough has gathered in the outbox, or for long enough. */
  protected final void commitIfDue() {
    if (outbox.isDue()) {
      commit();
    }
  }

  /** Commits what is in the outbox with the positions that it accounts for. */
  protected final void commit() {
    boolean hasRecords = outbox.size() > 0;
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    if (isMember) {
      boolean isAnyChanged = partitions.values().stream().anyMatch(AssignedPartition::isChanged);
      partitions.values().stream()
          // With records, positions go that stay: by them the group fences who is no member.
          .filter(each -> isAnyChanged ? each.isChanged() : hasRecords)
          .forEach(each -> offsets.put(each.topicPartition(), each.toCommit()));
    }
    if (!hasRecords && offsets.isEmpty()) {
      return;
    }
    Map<TopicPartition, Long> ends =
        outbox.commit(offsets, isMember ? consumer.groupMetadata() : null);
    partitions.values().forEach(AssignedPartition::committed);
    if (hasRecords) {
      written(ends);
    }
  }

  private void release(Collection<TopicPartition> gone) {
    List<P> revoked = new ArrayList<>();
    for (TopicPartition each : gone) {
      P partition = partitions.remove(each);
      if (partition != null) {
        partition.revoke();
        revoked.add(partition);
      }
    }
    drop(revoked);
  }

  /** Rolls back what is not committed, and leaves the group. */
  @Override
  public void close() {
    closing = true;
    release(Set.copyOf(partitions.keySet()));
    outbox.close();
    GroupClients.leave(consumer);
  }

  /** Takes partitions over and gives them up, during a poll. */
  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      assigned();
      if (assigned.isEmpty()) {
        return;
      }
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(new HashSet<>(assigned));
      assigned.forEach(each -> partitions.put(each, take(each, committed.get(each))));
      LOG.info("working on {}", assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      if (closing) {
        return; // what is not committed stays so
      }
      settleBeforeRevoked();
      commit();
      release(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      // Another instance has them already; what is not committed is its to do again.
      release(gone);
      lost = true;
    }
  }
}
