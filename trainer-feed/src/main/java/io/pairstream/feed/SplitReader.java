package io.pairstream.feed;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.wire.RecordDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a split's topic from given offsets on, and gathers the pairs that are there in the end: of
 * each key the last record, where that is no withdrawal and all conditions hold for it.
 *
 * <p>Every record is read once, since offsets alone do not say how many there are: transaction
 * markers, aborted records and compaction leave gaps. Takes 50 bytes of memory per pair. Not
 * thread-safe.
 */
final class SplitReader implements AutoCloseable {

  /** Most records of a block. */
  static final int BLOCK_RECORDS = 128;

  /** Bytes after which a block ends. */
  private static final long BLOCK_BYTES = 4 << 20;

  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final RecordDecoder<PreparedPair> decoder;
  private final List<Condition> where;
  private final SortedMap<Integer, Map<Long, Held>> byPartition = new TreeMap<>();
  private long read;

  /** A pair that is there: where it is, and how large. */
  private record Held(long offset, int bytes) {}

  /**
   * @param where conditions that all have to hold
   * @param from by partition, where to begin; a partition that is not in it, or whose records up to
   *     there have left the log, is read from its first record on
   */
  SplitReader(FeedSource source, List<Condition> where, Map<Integer, Long> from) {
    this.consumer = source.consumer(Map.of());
    this.decoder = source.decoder();
    this.where = where;
    this.partitions =
        consumer.partitionsFor(source.topic()).stream()
            .map(info -> new TopicPartition(source.topic(), info.partition()))
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
   * @throws InvalidViewException where a record that has to be looked into cannot be read
   */
  void poll(Duration time) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(time);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      // A later record of a key takes the place of the earlier one, as compaction does.
      Map<Long, Held> pairs =
          byPartition.computeIfAbsent(record.partition(), partition -> new HashMap<>());
      // 64 bits are enough to tell a topic's keys apart, and take a fifth of their memory.
      long key = ByteBuffer.wrap(Sha256.of(record.key())).getLong();
      if (record.value() != null && matches(record)) {
        pairs.put(key, new Held(record.offset(), record.value().length));
      } else {
        pairs.remove(key);
      }
    }
    read += records.count();
  }

  /**
   * Reads to the topic's present end, and what comes meanwhile of partitions that are there first.
   *
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where a record that has to be looked into cannot be read
   */
  void readToEnd(LongConsumer progress) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
      poll(POLL);
      progress.accept(read);
    }
  }

  /** Pairs gathered since the beginning, or since {@link #takeBlocks}. */
  long size() {
    return byPartition.values().stream().mapToLong(Map::size).sum();
  }

  /** The pairs gathered, in blocks by partition and offset; begins to gather anew behind them. */
  List<Block> takeBlocks() {
    List<Block> blocks = new ArrayList<>();
    byPartition.forEach(
        (partition, pairs) -> {
          List<Held> open = new ArrayList<>();
          long bytes = 0;
          for (Held one :
              pairs.values().stream().sorted(Comparator.comparingLong(Held::offset)).toList()) {
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
        });
    byPartition.clear();
    return blocks;
  }

  /** By partition, the offset up to which all records were read. */
  SortedMap<Integer, Long> readTo() {
    SortedMap<Integer, Long> offsets = new TreeMap<>();
    partitions.forEach(
        partition -> offsets.put(partition.partition(), consumer.position(partition)));
    return offsets;
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private boolean matches(ConsumerRecord<byte[], byte[]> record) {
    if (where.isEmpty()) {
      return true;
    }
    PreparedPair pair =
        decoder
            .decode(record.value())
            .orElseThrow(
                () ->
                    new InvalidViewException(
                        "%s-%d-%d cannot be held against the conditions: it holds no pair"
                            .formatted(record.topic(), record.partition(), record.offset())));
    return where.stream().allMatch(condition -> condition.holdsFor(pair));
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
}
