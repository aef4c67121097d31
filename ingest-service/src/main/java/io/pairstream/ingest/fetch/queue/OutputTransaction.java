package io.pairstream.ingest.fetch.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Outputs and the offsets of the records that they account for, together or not at all. Not
 * thread-safe.
 */
final class OutputTransaction implements AutoCloseable {

  /** How long outputs gather: what a reader of committed records waits for them at most. */
  private static final Duration GATHERED_FOR = Duration.ofMillis(100);

  private static final long MOST_BYTES = 32L * 1024 * 1024;

  private final Producer<byte[], byte[]> producer;
  private boolean open;
  private long openedAt;
  private long bytes;

  /** Takes the producer over, and rolls back what one of the same id left open. */
  OutputTransaction(Producer<byte[], byte[]> producer) {
    this.producer = producer;
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  void send(List<ProducerRecord<byte[], byte[]>> records) {
    if (!open) {
      producer.beginTransaction();
      open = true;
      openedAt = System.nanoTime();
      bytes = 0;
    }
    for (ProducerRecord<byte[], byte[]> record : records) {
      // A send that fails fails the commit.
      var unused = producer.send(record);
      bytes += record.value().length;
    }
  }

  /** Whether enough has gathered, or for long enough. */
  boolean isDue() {
    return open && (bytes >= MOST_BYTES || System.nanoTime() - openedAt >= GATHERED_FOR.toNanos());
  }

  /**
   * Commits what was sent; does nothing where that is nothing.
   *
   * @throws KafkaException where no share has anything finished, because what was sent was for
   *     shares that are no longer ours; others send it too
   */
  void commit(Collection<Share> shares, ConsumerGroupMetadata member) {
    if (!open) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (Share share : shares) {
      if (share.isChanged()) {
        var finished = share.window().finished();
        offsets.put(share.partition(), new OffsetAndMetadata(finished.low(), finished.metadata()));
      }
    }
    if (offsets.isEmpty()) {
      throw new KafkaException("what was sent is another instance's to send");
    }
    producer.sendOffsetsToTransaction(offsets, member);
    producer.commitTransaction();
    open = false;
    shares.forEach(Share::committed);
  }

  /** Rolls back what is not committed. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
