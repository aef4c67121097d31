package io.pairstream.feed.view;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads a topic of one partition, committed records alone.
 *
 * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
 */
record TopicTail(String topic, Map<String, Object> clientSettings) {

  private static final Duration POLL = Duration.ofMillis(100);

  /** Longer than a transaction stays open whose writer was killed. */
  private static final Duration TIMEOUT = ViewLog.TRANSACTION_TIMEOUT.multipliedBy(2);

  /**
   * Reads to where the first open transaction begins, or to the end: a transaction's records are
   * read all together or not at all.
   *
   * @throws UnknownTopicOrPartitionException where there is no such topic
   * @throws KafkaException where the broker does not answer
   */
  void readCommitted(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    read(0, end("read_committed"), reader);
  }

  /**
   * Reads to the end of all that was written, and waits for transactions that are still open.
   *
   * @throws KafkaException where the broker does not answer, or one of them does not end
   */
  void readAll(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    read(0, end("read_uncommitted"), reader);
  }

  /**
   * Reads from an offset to below another, and waits for transactions that are still open.
   *
   * @throws KafkaException where the broker does not answer, or one of them does not end
   */
  void read(long from, long end, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    TopicPartition partition = new TopicPartition(topic, 0);
    KafkaConsumer<byte[], byte[]> consumer =
        FeedSource.consumer(
            clientSettings, Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"));
    try {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end) {
            reader.accept(record);
          }
          deadline = System.nanoTime() + TIMEOUT.toNanos();
        }
        if (System.nanoTime() > deadline) {
          throw new KafkaException(
              "%s cannot be read beyond offset %d: a transaction does not end"
                  .formatted(partition, consumer.position(partition)));
        }
      }
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private long end(String isolation) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        FeedSource.consumer(
            clientSettings, Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation))) {
      if (consumer.partitionsFor(topic).isEmpty()) {
        throw new UnknownTopicOrPartitionException("there is no topic " + topic);
      }
      return consumer.endOffsets(List.of(partition)).get(partition);
    }
  }
}
