package io.pairstream.feed.view;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads records of a view's blocks by their places. For one thread. */
public final class BlockReader {

  private static final Duration POLL = Duration.ofMillis(500);

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer reads committed records alone; its assignment is changed
   */
  public BlockReader(String topic, Consumer<byte[], byte[]> consumer) {
    this.topic = topic;
    this.consumer = consumer;
  }

  /**
   * Some of a block's records without their headers, in their order; null where one is gone.
   *
   * @param first place of the first one in the block
   * @param count of records, at least 1
   */
  public ConsumerRecord<byte[], byte[]>[] read(Block block, int first, int count) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    ConsumerRecord<byte[], byte[]>[] records = new ConsumerRecord[count];
    TopicPartition partition = new TopicPartition(topic, block.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, block.offset(first));
    long end = block.offset(first + count - 1) + 1;
    int place = 0;
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        while (place < count && block.offset(first + place) < record.offset()) {
          place++;
        }
        if (place < count
            && block.offset(first + place) == record.offset()
            && record.value() != null) {
          records[place] = alone(record);
        }
      }
    }
    return records;
  }

  /**
   * Without headers, which keep all that was fetched with a record in memory until they are read.
   */
  private static ConsumerRecord<byte[], byte[]> alone(ConsumerRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(
        record.topic(), record.partition(), record.offset(), record.key(), record.value());
  }
}
