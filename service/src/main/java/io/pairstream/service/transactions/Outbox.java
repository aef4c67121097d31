package io.pairstream.service.transactions;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that are ready, and their commit with positions. They are in memory until then, so that a
 * transaction is open no longer than it takes to write them. Not thread-safe.
 */
public final class Outbox implements AutoCloseable {

  /** Most bytes and records to gather, and the longest time, which delays their readers. */
  private static final long MOST_BYTES = 32L * 1024 * 1024;

  private static final int MOST_RECORDS = 1_000;
  private static final Duration GATHERED_FOR = Duration.ofMillis(100);

  private final Producer<byte[], byte[]> producer;
  private final List<ProducerRecord<byte[], byte[]>> records;
  private long since = System.nanoTime();
  private long bytes;

  /**
   * Takes the producer over, and rolls back what one of the same id left open.
   *
   * @param records those that are ready, which are cleared with each commit; what is in it after a
   *     commit that failed may be committed or not
   */
  public Outbox(Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
    this.producer = producer;
    this.records = records;
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      close();
      throw e;
    }
  }

  /** Adds a record to the next commit. */
  public void add(ProducerRecord<byte[], byte[]> record) {
    if (records.isEmpty()) {
      since = System.nanoTime();
    }
    records.add(record);
    bytes += record.value() == null ? 0 : record.value().length;
  }

  /** Number of records that the next commit has. */
  public int size() {
    return records.size();
  }

  /** Whether enough has gathered to be committed, or for long enough. */
  public boolean isDue() {
    return bytes >= MOST_BYTES
        || records.size() >= MOST_RECORDS
        || (!records.isEmpty() && System.nanoTime() - since >= GATHERED_FOR.toNanos());
  }

  /**
   * Commits all records, and positions with them; all or nothing.
   *
   * @param member who commits the positions; null where there are none
   * @return the offsets behind the records, by partition
   */
  Map<TopicPartition, Long> commit(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata member) {
    producer.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    records.forEach(record -> sent.add(producer.send(record)));
    if (!offsets.isEmpty()) {
      producer.sendOffsetsToTransaction(offsets, member);
    }
    producer.commitTransaction();
    records.clear();
    bytes = 0;
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Future<RecordMetadata> each : sent) {
      RecordMetadata at = KafkaAnswers.await(each);
      ends.merge(new TopicPartition(at.topic(), at.partition()), at.offset() + 1, Math::max);
    }
    return ends;
  }

  /** Rolls back what is not committed. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
