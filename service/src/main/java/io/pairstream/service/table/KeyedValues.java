package io.pairstream.service.table;

import io.pairstream.service.cluster.CommittedLog;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Last value of each key of a compacted topic, in memory. Readers see the values as they were when
 * all records had been taken, never those of a topic that is half read.
 */
public final class KeyedValues<V> implements Follower.Copy {

  /** Fate of the values after a fault of ours, until the topic has been read once more. */
  public enum OnFault {
    /** The values stay as they were. */
    KEEP,
    /** There are none: without what came since, no value can be trusted. */
    FORGET
  }

  private final Function<ConsumerRecord<byte[], byte[]>, Optional<V>> value;
  private final OnFault onFault;
  private final Map<String, V> taken = new HashMap<>();
  private volatile Map<String, V> all = Map.of();

  /**
   * @param value reads a record; empty removes its key
   */
  public KeyedValues(Function<ConsumerRecord<byte[], byte[]>, Optional<V>> value, OnFault onFault) {
    this.value = value;
    this.onFault = onFault;
  }

  /** The values by their keys; immutable. */
  public Map<String, V> all() {
    return all;
  }

  @Override
  public Map<TopicPartition, Long> begin(
      Collection<TopicDescription> topics, Map<TopicPartition, Long> ends) {
    taken.clear();
    return Map.of();
  }

  @Override
  public void take(
      ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, Long> positions, boolean atEnd) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      taken.compute(CommittedLog.key(record), (key, before) -> value.apply(record).orElse(null));
    }
    if (atEnd && !records.isEmpty()) {
      caughtUp();
    }
  }

  @Override
  public void caughtUp() {
    all = Map.copyOf(taken);
  }

  @Override
  public void failed() {
    all = onFault == OnFault.FORGET ? Map.of() : all;
  }
}
