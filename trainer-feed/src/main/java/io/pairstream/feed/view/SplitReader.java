package io.pairstream.feed.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a split's topic from given offsets on, and gathers the pairs that are there and let through
 * by a filter.
 *
 * <p>Every record is read once, since offsets alone do not say how many there are: transaction
 * markers, aborted records and compaction leave gaps. Not thread-safe.
 */
public final class SplitReader {

  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final PairFilter filter;
  private GatheredPairs pairs;
  private long read;

  /**
   * @param consumer reads committed records alone; nobody else uses it
   * @param from by partition, where to begin; a partition that is not in it, or whose records up to
   *     there have left the log, is read from its first record on
   */
  public SplitReader(
      Consumer<byte[], byte[]> consumer, PairFilter filter, String topic, Map<Integer, Long> from) {
    this.consumer = consumer;
    this.filter = filter;
    this.pairs = new GatheredPairs(filter);
    this.partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer
        .beginningOffsets(partitions)
        .forEach(
            (partition, begin) ->
                consumer.seek(
                    partition, Math.max(begin, from.getOrDefault(partition.partition(), 0L))));
  }

  /**
   * Reads what comes within a time.
   *
   * @throws InvalidViewException where a record that the filter has to look into cannot be read
   */
  public void poll(Duration time) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(time);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      pairs.note(record);
    }
    read += records.count();
  }

  /**
   * Reads to the topic's present end.
   *
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where a record that the filter has to look into cannot be read
   */
  public void readToEnd(LongConsumer progress) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    List<TopicPartition> left = new ArrayList<>(partitions);
    left.removeIf(partition -> isRead(partition, ends));
    while (!left.isEmpty()) {
      poll(POLL);
      progress.accept(read);
      left.removeIf(partition -> isRead(partition, ends));
    }
    consumer.resume(partitions);
  }

  /** Pairs gathered since the beginning, or since {@link #takeBlocks}. */
  public long size() {
    return pairs.size();
  }

  /** The pairs gathered, in blocks; begins to gather anew behind them. */
  public List<Block> takeBlocks() {
    List<Block> blocks = pairs.blocks();
    pairs = new GatheredPairs(filter);
    return blocks;
  }

  /** By partition, the offset up to which all records were read. */
  public SortedMap<Integer, Long> readTo() {
    SortedMap<Integer, Long> offsets = new TreeMap<>();
    partitions.forEach(
        partition -> offsets.put(partition.partition(), consumer.position(partition)));
    return offsets;
  }

  private boolean isRead(TopicPartition partition, Map<TopicPartition, Long> ends) {
    boolean isRead = consumer.position(partition) >= ends.get(partition);
    if (isRead) {
      consumer.pause(List.of(partition));
    }
    return isRead;
  }
}
