package io.pairstream.preprocess.world;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer whose poll gives out only what {@link Admission} lets in.
 *
 * <p>What may not pass yet stays in Kafka: the position goes back to it, its partition rests for a
 * moment, and the poll goes on. So the member keeps polling, keeps its partitions, and loses
 * nothing, however long the world stays bad. Everything but the poll is the wrapped consumer's own.
 * Like any consumer, not thread-safe.
 */
public final class AdmittingConsumer {

  /** How long a partition rests whose next record may not pass yet. */
  private static final Duration REST = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final Admission admission;
  private final Map<TopicPartition, Long> restUntilNanos = new HashMap<>();

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
    if (method.getName().equals("poll")) {
      return poll((Duration) arguments[0]);
    }
    try {
      return method.invoke(consumer, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    boolean open = admission.isOpen();
    Set<TopicPartition> resting = new HashSet<>(consumer.assignment());
    if (open) {
      long now = System.nanoTime();
      restUntilNanos.values().removeIf(until -> until - now <= 0);
      resting.retainAll(restUntilNanos.keySet());
    }
    resting.removeAll(consumer.paused()); // what Streams has paused stays its own business
    consumer.pause(resting);
    ConsumerRecords<byte[], byte[]> records;
    try {
      records = consumer.poll(timeout);
    } finally {
      resting.retainAll(consumer.assignment()); // a rebalance may have come in between
      consumer.resume(resting);
    }
    return admitted(records, open);
  }

  /**
   * The records up to the first of each partition that may not pass; the position goes back to
   * that.
   */
  private ConsumerRecords<byte[], byte[]> admitted(
      ConsumerRecords<byte[], byte[]> records, boolean open) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> passing = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(records.nextOffsets());
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        if (!open || !admission.isDecided(record.value())) {
          OffsetAndMetadata position =
              new OffsetAndMetadata(record.offset(), record.leaderEpoch(), "");
          consumer.seek(partition, position);
          next.put(partition, position);
          restUntilNanos.put(partition, System.nanoTime() + REST.toNanos());
          break;
        }
        batch.add(record);
      }
      if (!batch.isEmpty()) {
        passing.put(partition, batch);
      } else if (!open || restUntilNanos.containsKey(partition)) {
        next.remove(partition); // nothing of it has passed, so nothing of it is done
      }
    }
    return new ConsumerRecords<>(passing, next);
  }
}
