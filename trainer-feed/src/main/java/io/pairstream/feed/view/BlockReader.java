package io.pairstream.feed.view;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Reads records of a view's blocks by their places. For one thread.
 *
 * @param consumer reads committed records alone; closed with the reader
 */
public record BlockReader(String topic, Consumer<byte[], byte[]> consumer)
    implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);

  /**
   * Opens a reader of a split's records.
   *
   * <p>The client sends a fetch beyond a block's end at the end of the log; with a wait it would
   * delay the next block, so that there is none.
   *
   * @param fetchBytes approximate bytes of a partition in one answer to a fetch
   */
  public static BlockReader open(FeedSource source, int fetchBytes) {
    return new BlockReader(
        source.topic(),
        source.consumer(
            Map.of(
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                0,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                2 * Block.CUT_RECORDS,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                fetchBytes)));
  }

  /**
   * Checks that a split's topic holds all of a view's records.
   *
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws FeedRefusedException where the topic was made anew, or records are not there
   */
  public static void requireHolds(FeedSource source, View view) {
    if (!view.topic().equals(source.topic())) {
      throw new IllegalArgumentException(
          "the view is one of " + view.topic() + ", not of " + source.topic());
    }
    String topicId = source.describe().topicId().toString();
    if (!topicId.equals(view.topicId())) {
      throw new FeedRefusedException(
          "%s is not the topic that the view was cut from: it has been made anew (topic id %s, view %s)"
              .formatted(view.topic(), topicId, view.topicId()));
    }
    List<TopicPartition> partitions =
        view.blocks().stream()
            .map(Block::partition)
            .distinct()
            .map(partition -> new TopicPartition(source.topic(), partition))
            .toList();
    try (KafkaConsumer<byte[], byte[]> consumer = source.consumer(Map.of())) {
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (Block block : view.blocks()) {
        TopicPartition partition = new TopicPartition(source.topic(), block.partition());
        if (block.begin() < begins.get(partition)) {
          throw new FeedRefusedException(
              "%s begins at %d: records of the view, from %d on, have left the log"
                  .formatted(partition, begins.get(partition), block.begin()));
        }
        if (block.end() > ends.get(partition)) {
          throw new FeedRefusedException(
              "%s ends at %d, before the view's %d: records were lost, or the view is another cluster's"
                  .formatted(partition, ends.get(partition), block.end()));
        }
      }
    }
  }

  /**
   * Some of a block's records without their headers, in their order; null where one is gone.
   *
   * @param first place of the first one in the block
   * @param count of records, at least 1
   */
  public List<ConsumerRecord<byte[], byte[]>> read(Block block, int first, int count) {
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
