package io.pairstream.feed.view.named;

import io.pairstream.feed.view.CommittedConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads a topic of one partition from its beginning, once, committed records alone. */
final class TopicTail implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  /** Longer than a transaction stays open whose writer was killed. */
  private static final Duration TIMEOUT = ViewLog.TRANSACTION_TIMEOUT.multipliedBy(2);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;

  private TopicTail(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
    this.consumer = consumer;
    this.partition = partition;
  }

  /** What takes the records that are read. */
  interface Reader {

    void read(ConsumerRecord<byte[], byte[]> record);
  }

  /**
   * @throws UnknownTopicOrPartitionException where there is no such topic
   * @throws KafkaException where the broker does not answer
   */
  static TopicTail open(String topic, Map<String, Object> clientSettings) {
    KafkaConsumer<byte[], byte[]> consumer =
        CommittedConsumer.open(
            clientSettings, Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"));
    try {
      TopicPartition partition = new TopicPartition(topic, 0);
      int partitions = consumer.partitionsFor(topic).size();
      if (partitions != 1) {
        throw new KafkaException(topic + " has " + partitions + " partitions; right is one");
      }
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return new TopicTail(consumer, partition);
    } catch (RuntimeException e) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      throw e;
    }
  }

  /** Reads nothing of what is before an offset; before anything is read. */
  void skipTo(long offset) {
    consumer.seek(partition, offset);
  }

  /**
   * Reads to where the first open transaction begins, or to the end: a transaction's records are
   * read all together or not at all.
   */
  void readCommitted(Reader reader) {
    readTo(consumer.endOffsets(List.of(partition)).get(partition), reader);
  }

  /**
   * Reads to an offset, and waits for transactions that are still open before it.
   *
   * @throws KafkaException where one of them does not end
   */
  void readTo(long end, Reader reader) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end) {
          reader.read(record);
        }
        deadline = System.nanoTime() + TIMEOUT.toNanos();
      }
      if (System.nanoTime() > deadline) {
        throw new KafkaException(
            "%s cannot be read beyond offset %d: a transaction does not end"
                .formatted(partition, consumer.position(partition)));
      }
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
