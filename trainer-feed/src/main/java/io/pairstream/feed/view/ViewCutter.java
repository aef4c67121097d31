package io.pairstream.feed.view;

import io.pairstream.feed.filter.PairFilter;
import io.pairstream.feed.record.MalformedSampleException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Cuts a view out of a split's topic: all pairs that are committed now, not withdrawn, and let
 * through by a filter.
 *
 * <p>Every record is read once, since offsets alone do not say how many there are: transaction
 * markers, aborted records and compaction leave gaps.
 */
public final class ViewCutter {

  private static final Duration POLL = Duration.ofMillis(500);

  /** Most records of a block. */
  public static final int BLOCK_RECORDS = 128;

  /** Bytes after which a block ends. */
  public static final long BLOCK_BYTES = 4 << 20;

  private final Consumer<byte[], byte[]> consumer;
  private final PairFilter filter;
  private final Clock clock;

  /**
   * @param consumer reads committed records alone, and is assigned to nothing
   */
  public ViewCutter(Consumer<byte[], byte[]> consumer, PairFilter filter, Clock clock) {
    this.consumer = consumer;
    this.filter = filter;
    this.clock = clock;
  }

  /** A pair that is there: what a withdrawal names it by, where it is, and how large. */
  private record Held(long offset, int bytes) {}

  /**
   * Reads a topic to its present end.
   *
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where there is no such pair, or a record that the filter has to
   *     look into cannot be read
   */
  public View cut(String topic, String topicId, LongConsumer progress) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .sorted(Comparator.comparingInt(TopicPartition::partition))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Map<Long, Held>> held = new TreeMap<>(BY_PARTITION);
    partitions.forEach(partition -> held.put(partition, new HashMap<>()));

    List<TopicPartition> left = new ArrayList<>(partitions);
    long read = 0;
    while (!left.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(topic, record.partition());
        if (record.offset() < ends.get(partition)) {
          note(held.get(partition), record);
          read++;
        }
      }
      progress.accept(read);
      left.removeIf(
          partition -> {
            boolean isRead = consumer.position(partition) >= ends.get(partition);
            if (isRead) {
              consumer.pause(List.of(partition));
            }
            return isRead;
          });
    }
    List<Block> blocks = new ArrayList<>();
    held.forEach((partition, pairs) -> blocks.addAll(blocks(partition.partition(), pairs)));
    return new View(topic, topicId, clock.instant(), filter.where(), blocks);
  }

  private static final Comparator<TopicPartition> BY_PARTITION =
      Comparator.comparingInt(TopicPartition::partition);

  /** A later record of a key takes the place of the earlier one, as compaction does. */
  private void note(Map<Long, Held> pairs, ConsumerRecord<byte[], byte[]> record) {
    long key = digest(record.key());
    if (record.value() != null && matches(record)) {
      pairs.put(key, new Held(record.offset(), record.value().length));
    } else {
      pairs.remove(key);
    }
  }

  private boolean matches(ConsumerRecord<byte[], byte[]> record) {
    try {
      return filter.matches(record.value());
    } catch (MalformedSampleException e) {
      throw new InvalidViewException(
          "%s-%d-%d cannot be held against the conditions: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
    }
  }

  private static List<Block> blocks(int partition, Map<Long, Held> pairs) {
    List<Held> inOrder = new ArrayList<>(pairs.values());
    inOrder.sort(Comparator.comparingLong(Held::offset));
    List<Block> blocks = new ArrayList<>();
    List<Held> open = new ArrayList<>();
    long bytes = 0;
    for (Held one : inOrder) {
      if (open.size() == BLOCK_RECORDS || (bytes > 0 && bytes + one.bytes() > BLOCK_BYTES)) {
        blocks.add(block(partition, open, bytes));
        open.clear();
        bytes = 0;
      }
      open.add(one);
      bytes += one.bytes();
    }
    if (!open.isEmpty()) {
      blocks.add(block(partition, open, bytes));
    }
    return blocks;
  }

  private static Block block(int partition, List<Held> records, long bytes) {
    List<Integer> runs = new ArrayList<>();
    long next = records.get(0).offset();
    int run = 0;
    for (Held record : records) {
      if (record.offset() > next) {
        runs.add(run);
        runs.add(Math.toIntExact(record.offset() - next));
        run = 0;
      }
      run++;
      next = record.offset() + 1;
    }
    runs.add(run);
    return new Block(partition, records.get(0).offset(), bytes, runs);
  }

  /** 64 bits are enough to tell a topic's keys apart, and take a fifth of their memory. */
  private static long digest(byte[] key) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
