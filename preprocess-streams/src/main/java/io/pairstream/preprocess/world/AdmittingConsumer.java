package io.pairstream.preprocess.world;

import io.pairstream.schemas.wire.WireFormat;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * A consumer whose poll gives out only what {@link Admission} lets in.
 *
 * <p>What may not pass yet stays in Kafka: the position goes back to it, its partition pauses for a
 * moment, and the poll continues. So the member keeps polling, keeps its partitions, and loses
 * nothing, however long the world stays bad. Everything but the poll is the wrapped consumer's own.
 * Like any consumer, not thread-safe.
 *
 * <p>One thing more: where a commit is not answered in time, Kafka Streams drops what it has in
 * hand and means to go back to the committed offsets once its tasks are set up again. A rebalance
 * replaces those tasks before that, and the position stays behind records that were not processed.
 * Here the thread gets an exception as if it had left the group: it closes all tasks and its
 * producer, and joins anew, from the committed offsets. There are two places for it: where the
 * thread asks for that rebalance, and where the late commit is one of a rebalance itself.
 */
public final class AdmittingConsumer {

  /** Pause of a partition whose next record may not pass yet: most lookups take less. */
  private static final Duration REST = Duration.ofMillis(100);

  /**
   * Reason with which a stream thread requests a rebalance after its own tasks have lost their
   * state.
   */
  private static final String CORRUPTED = "Active tasks corrupted";

  private final Consumer<byte[], byte[]> consumer;
  private final Admission admission;

  /** By partition: time at which its pause ends, in nanoseconds. */
  private final Map<TopicPartition, Long> rests = new HashMap<>();

  /** Partitions that this class has paused, during a poll. */
  private final Set<TopicPartition> resting = new HashSet<>();

  /** Partitions whose next record cannot be judged yet. */
  private final Set<TopicPartition> holding = new HashSet<>();

  private boolean revoking;
  private boolean askedWhileRevoking;

  private AdmittingConsumer(Consumer<byte[], byte[]> consumer, Admission admission) {
    this.consumer = consumer;
    this.admission = admission;
  }

  /** Wraps a consumer. */
  @SuppressWarnings("unchecked")
  public static Consumer<byte[], byte[]> wrap(
      Consumer<byte[], byte[]> consumer, Admission admission) {
    AdmittingConsumer admitting = new AdmittingConsumer(consumer, admission);
    return (Consumer<byte[], byte[]>)
        Proxy.newProxyInstance(
            AdmittingConsumer.class.getClassLoader(),
            new Class<?>[] {Consumer.class},
            (proxy, method, arguments) -> admitting.call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "poll" -> {
        return poll((Duration) arguments[0]);
      }
      // Streams pauses during a poll when a rebalance hands it a task that must first restore.
      case "pause" -> resting.removeAll((Collection<?>) arguments[0]);
      case "enforceRebalance" -> {
        if (arguments != null && CORRUPTED.equals(arguments[0])) {
          throw lostTheirPlace();
        }
      }
      case "assignment" -> askedWhileRevoking |= revoking;
      case "unsubscribe", "close" -> {
        releaseAllBut(Set.of());
        admission.leaves(this);
      }
      case "subscribe" -> {
        if (arguments.length == 2 && arguments[1] instanceof ConsumerRebalanceListener listener) {
          arguments[1] = new Guarded(listener);
        }
      }
      default -> {
        // The wrapped consumer's own.
      }
    }
    try {
      return method.invoke(consumer, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static TaskMigratedException lostTheirPlace() {
    return new TaskMigratedException(
        "Tasks lost their place, and begin anew from what is committed");
  }

  /**
   * Wraps Kafka Streams' listener to learn whether it has dropped tasks: it asks for the assignment
   * while partitions are revoked only then.
   */
  private final class Guarded implements ConsumerRebalanceListener {

    private final ConsumerRebalanceListener listener;

    Guarded(ConsumerRebalanceListener listener) {
      this.listener = listener;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      askedWhileRevoking = false;
      revoking = true;
      try {
        listener.onPartitionsRevoked(partitions);
      } finally {
        revoking = false;
      }
      if (askedWhileRevoking) {
        throw lostTheirPlace();
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      listener.onPartitionsAssigned(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      listener.onPartitionsLost(partitions);
    }
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    admission.round(this);
    boolean open = admission.isOpen();
    resting.clear();
    for (TopicPartition partition : consumer.assignment()) {
      Long until = rests.get(partition);
      if (!open || (until != null && until - System.nanoTime() > 0)) {
        resting.add(partition);
      }
    }
    resting.removeAll(consumer.paused()); // what Streams has paused stays its own business
    consumer.pause(resting);
    ConsumerRecords<byte[], byte[]> records;
    try {
      records = consumer.poll(timeout);
    } finally {
      resting.retainAll(consumer.assignment()); // a rebalance may have come in between
      consumer.resume(resting);
      releaseAllBut(consumer.assignment());
    }
    return admitted(records, open);
  }

  /**
   * The records of each partition before the first that may not pass; the position is set back to
   * that one.
   */
  private ConsumerRecords<byte[], byte[]> admitted(
      ConsumerRecords<byte[], byte[]> records, boolean open) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> passing = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(records.nextOffsets());
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> all = records.records(partition);
      int passes = open ? decided(all) : 0;
      if (passes > 0) {
        release(partition);
      }
      if (passes < all.size()) {
        goBack(partition, all.get(passes), next);
        if (open) {
          hold(partition, all.get(passes));
        }
      }
      if (passes > 0) {
        passing.put(partition, all.subList(0, passes));
      } else {
        next.remove(partition); // nothing of it has passed, so nothing of it is done
      }
    }
    return new ConsumerRecords<>(passing, next);
  }

  /** Number of records that may pass. Looks up all of them, so that the lookups run together. */
  private int decided(List<ConsumerRecord<byte[], byte[]>> records) {
    int passes = records.size();
    for (int i = records.size() - 1; i >= 0; i--) {
      if (!admission.isDecided(records.get(i).value())) {
        passes = i;
      }
    }
    return passes;
  }

  private void hold(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    holding.add(partition);
    int schemaId = WireFormat.schemaId(record.value()).orElseThrow(); // else it would have passed
    admission.hold(partition, record.offset(), schemaId);
  }

  private void release(TopicPartition partition) {
    if (holding.remove(partition)) {
      admission.release(partition);
    }
  }

  private void releaseAllBut(Set<TopicPartition> assigned) {
    List.copyOf(holding).stream().filter(one -> !assigned.contains(one)).forEach(this::release);
  }

  private void goBack(
      TopicPartition partition,
      ConsumerRecord<byte[], byte[]> record,
      Map<TopicPartition, OffsetAndMetadata> next) {
    OffsetAndMetadata position = new OffsetAndMetadata(record.offset(), record.leaderEpoch(), "");
    consumer.seek(partition, position);
    next.put(partition, position);
    rests.put(partition, System.nanoTime() + REST.toNanos());
  }
}
