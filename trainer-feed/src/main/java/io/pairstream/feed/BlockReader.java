package io.pairstream.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Reads records of a view's blocks by their places. For one thread. */
public final class BlockReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer reads committed records alone; closed with the reader
   */
  BlockReader(String topic, Consumer<byte[], byte[]> consumer) {
    this.topic = topic;
    this.consumer = consumer;
  }

  /** A window's records in the order in which they are handed out; null where one is gone. */
  public List<ConsumerRecord<byte[], byte[]>> window(
      View view, EpochOrder order, int lane, int window) {
    return order.ordered(
        lane,
        window,
        piece -> read(view.blocks().get(piece.block()), piece.first(), piece.count()));
  }

  /**
   * Some of a block's records without their headers, in their order; null where one is gone.
   *
   * @param first place of the first one in the block
   * @param count of records, at least 1
   */
  List<ConsumerRecord<byte[], byte[]>> read(Block block, int first, int count) {
    List<ConsumerRecord<byte[], byte[]>> records =
        new ArrayList<>(Collections.nCopies(count, null));
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
          // Headers keep all that was fetched with a record in memory until they are read.
          records.set(
              place,
              new ConsumerRecord<>(
                  topic,
                  record.partition(),
                  record.offset(),
                  record.timestamp(),
                  record.timestampType(),
                  record.serializedKeySize(),
                  record.serializedValueSize(),
                  record.key(),
                  record.value(),
                  new RecordHeaders(),
                  Optional.empty()));
        }
      }
    }
    return records;
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
