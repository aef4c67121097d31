package io.pairstream.service.cluster;

import io.pairstream.schemas.topics.RecordSizes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Writes records in transactions, each of which is open no longer than it takes to write it: what
 * is added is in memory until it is committed. Not thread-safe.
 */
public final class Transactions implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  private final Producer<byte[], byte[]> producer;
  private final List<ProducerRecord<byte[], byte[]>> pending = new ArrayList<>();
  private long pendingBytes;

  /**
   * @param producer with its transactions initialised; closed with this
   */
  public Transactions(Producer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  /**
   * Transactions of a new producer; fences others with its id.
   *
   * @throws KafkaException where Kafka does not answer, or does not let us
   */
  public static Transactions open(ClusterAccess cluster, String transactionalId) {
    return new Transactions(
        cluster.transactions(
            transactionalId,
            TIMEOUT,
            Map.of(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                RecordSizes.MAX_RECORD,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                4 * MOST_BYTES)));
  }

  /** Adds a record to the next commit. */
  public void add(ProducerRecord<byte[], byte[]> record) {
    pending.add(record);
    pendingBytes += record.value() == null ? 0 : record.value().length;
  }

  /** How many records the next commit has. */
  public int size() {
    return pending.size();
  }

  /** Whether they are so many bytes that it is time for a commit. */
  public boolean isFull() {
    return pendingBytes >= MOST_BYTES;
  }

  /** Commits what was added, where anything was. */
  public void commit() {
    if (!pending.isEmpty()) {
      commit(Map.of(), null);
    }
  }

  /**
   * Commits what was added, and the offsets of a group; it is added no more, whatever becomes of
   * it.
   *
   * @param group null where there are no offsets
   * @throws KafkaException where it may stand or not
   */
  public void commit(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    try {
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : pending) {
        var unused = producer.send(record);
      }
      if (!offsets.isEmpty()) {
        producer.sendOffsetsToTransaction(offsets, group);
      }
      producer.commitTransaction();
    } catch (KafkaException | IllegalStateException e) {
      rollBack();
      throw new KafkaException(
          "Kafka did not confirm the last records; the same command goes on", e);
    } finally {
      pending.clear();
      pendingBytes = 0;
    }
  }

  /**
   * Whether another producer with the same transactional id took this one's place. A partition's
   * leader says of the records that were on their way then that their transaction is in an invalid
   * state.
   */
  public static boolean isFenced(Throwable failure) {
    return failure != null
        && (failure instanceof ProducerFencedException
            || failure instanceof InvalidProducerEpochException
            || failure instanceof InvalidTxnStateException
            || isFenced(failure.getCause()));
  }

  /** At once: until its time-out an open transaction holds up all readers of its partitions. */
  private void rollBack() {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // The broker is away, or it is unknown whether it has committed: the time-out decides.
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
