package io.pairstream.feed.batch;

import io.pairstream.feed.batch.FeedSettings.End;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.schemas.wire.LogEnds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the log and fills batches with it, in the order in which records come.
 *
 * <p>Records of one partition keep their order from the log to the batches: an offset per partition
 * hence says exactly what was handed out, however the partitions were mixed. Runs on a thread of
 * its own, which alone uses the consumer and closes it.
 */
final class BatchFiller implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);

  private final FeedSettings settings;
  private final BatchSlots slots;
  private final Consumer<byte[], byte[]> consumer;
  private final FeedPosition start;

  /** End of each partition; empty where the feed has no end. */
  private final Map<TopicPartition, Long> ends;

  private final WithdrawnPairs withdrawn;
  private final SortedMap<Integer, Long> next;

  private final List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();

  /** Ids of pairs whose tombstones were read since the last batch. */
  private final List<String> tombstones = new ArrayList<>();

  private volatile long samplesWaiting = -1;

  /**
   * @param position where to continue; null begins at the first record that the topic holds
   * @throws FeedRefusedException where the topic does not hold what is behind the position
   */
  BatchFiller(FeedSource source, FeedSettings settings, FeedPosition position, BatchSlots slots) {
    this.settings = settings;
    this.slots = slots;
    TopicDescription topic = source.describe();
    List<TopicPartition> partitions = LogEnds.partitions(List.of(topic));
    this.consumer =
        source.consumer(
            Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(32, settings.batchSize())));
    try {
      consumer.assign(partitions);
      FeedPosition first =
          new FeedPosition(
              topic.name(),
              topic.topicId().toString(),
              byPartition(consumer.beginningOffsets(partitions)));
      Map<TopicPartition, Long> now = consumer.endOffsets(partitions);
      this.start = position == null ? first : position;
      start.requireWithin(first, byPartition(now));
      this.ends = settings.end() == End.NEVER ? Map.of() : now;
      this.next = new TreeMap<>(start.offsets());
      this.withdrawn = new WithdrawnPairs(source);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private static SortedMap<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    SortedMap<Integer, Long> byPartition = new TreeMap<>();
    offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
    return byPartition;
  }

  /** Where the first batch begins. */
  FeedPosition start() {
    return start;
  }

  /**
   * Records that were not read yet, ends of transactions too, as of the last fetch; -1 where that
   * is not known. Any thread may ask.
   */
  long samplesWaiting() {
    return samplesWaiting;
  }

  /** Takedowns that are heeded. Any thread may ask. */
  int takedowns() {
    return withdrawn.size();
  }

  @Override
  public void close() {
    // There is no group to leave, and a fetch that still waits for records would be waited for.
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    withdrawn.close();
  }

  /** Fills all batches that there will be. */
  void fill() throws InterruptedException {
    Set<TopicPartition> left = new HashSet<>(consumer.assignment());
    left.forEach(partition -> consumer.seek(partition, next.get(partition.partition())));
    left.removeIf(this::isFinished);
    while (!left.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.getOrDefault(partition, Long.MAX_VALUE)) {
          next.put(record.partition(), record.offset() + 1);
          take(record);
        }
      }
      left.removeIf(this::isFinished);
      samplesWaiting = waitingInTheTopic(left);
    }
    if (!batch.isEmpty()) {
      handOverBatch();
    }
  }

  /** Number of readable offsets that were not read; -1 where the client does not know them all. */
  private long waitingInTheTopic(Set<TopicPartition> left) {
    long sum = 0;
    for (TopicPartition partition : left) {
      OptionalLong lag = consumer.currentLag(partition);
      if (lag.isEmpty()) {
        return -1;
      }
      sum += lag.getAsLong();
    }
    return sum;
  }

  private boolean isFinished(TopicPartition partition) {
    // The position moves over transaction markers and aborted records too.
    return ends.containsKey(partition) && consumer.position(partition) >= ends.get(partition);
  }

  private void take(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
    if (record.value() == null) {
      batch.removeIf(
          pair ->
              pair.partition() == record.partition() && Arrays.equals(pair.key(), record.key()));
      tombstones.add(new String(record.key(), StandardCharsets.UTF_8));
      // A tombstone is further on, and the record of a withdrawn pair may stay in the log for long.
    } else if (!withdrawn.contains(record.value())) {
      slots.clocks().bytes().add(record.value().length);
      slots.clocks().loaded().increment();
      batch.add(record);
      if (batch.size() == settings.batchSize()) {
        handOverBatch();
      }
    }
  }

  private void handOverBatch() throws InterruptedException {
    slots.fill(
        batch, new FeedPosition(start.topic(), start.topicId(), next), List.copyOf(tombstones));
    batch.clear();
    tombstones.clear();
  }
}
