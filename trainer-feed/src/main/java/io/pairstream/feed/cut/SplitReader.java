package io.pairstream.feed.cut;

import io.pairstream.feed.cut.HeldPairs.Held;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.RecordDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
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
 * Gathers the pairs that a split's topic holds from given offsets on: of each key the last record,
 * where that is no withdrawal, all conditions hold for it and no takedown is in force, carried out
 * or not.
 *
 * <p>From the topic's beginning on it reads the index as far as that goes, and then the topic;
 * otherwise, or where there is no index, the topic alone. Every record is read once, since offsets
 * alone do not say how many there are: transaction markers, aborted records and compaction leave
 * gaps. Takes 40 to 80 bytes of memory per pair. Not thread-safe.
 */
final class SplitReader implements AutoCloseable {

  private static final long BLOCK_BYTES = 4 << 20;

  /** Last field of the index, in the schema's order, that conditions and takedowns use. */
  private static final String LAST_ASKED = "licence";

  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final RecordDecoder<PreparedPair> decoder;
  private final WithdrawnPairs withdrawn;
  private final List<Condition> where;
  private final Map<Integer, Long> begins = new HashMap<>();
  private final SortedMap<Integer, HeldPairs> byPartition = new TreeMap<>();
  private final MessageDigest digest = Sha256.begin();
  private long read;

  /**
   * @param where conditions that all have to hold
   * @param from by partition, where to begin; a partition that is not in it, or whose records up to
   *     there have left the log, is read from its first record on
   */
  SplitReader(FeedSource source, List<Condition> where, Map<Integer, Long> from) {
    this.withdrawn = new WithdrawnPairs(source);
    this.consumer = source.consumer(Map.of());
    this.decoder = source.decoder();
    this.where = where;
    this.partitions =
        consumer.partitionsFor(source.topic()).stream()
            .map(info -> new TopicPartition(source.topic(), info.partition()))
            .toList();
    consumer
        .beginningOffsets(partitions)
        .forEach((partition, begin) -> begins.put(partition.partition(), begin));
    Map<Integer, Long> indexed = from.isEmpty() ? readIndex(source) : from;
    consumer.assign(partitions);
    begins.forEach(
        (partition, begin) ->
            consumer.seek(
                new TopicPartition(source.topic(), partition),
                Math.max(begin, indexed.getOrDefault(partition, 0L))));
  }

  /**
   * Gathers the pairs of the index.
   *
   * @return by partition of the split, the offset up to which the index goes
   */
  private Map<Integer, Long> readIndex(FeedSource source) {
    Map<Integer, Long> indexed = new HashMap<>();
    String index = source.dataset().topic(TopicCatalogue.INDEX);
    List<TopicPartition> all =
        consumer.partitionsFor(index).stream()
            .map(info -> new TopicPartition(index, info.partition()))
            .toList();
    if (all.isEmpty()) {
      return indexed;
    }
    boolean areTakedowns = withdrawn.size() > 0;
    IndexReader entries =
        new IndexReader(
            index, source.registry(), where.isEmpty() && !areTakedowns ? "bytes" : LAST_ASKED);
    consumer.assign(all);
    consumer.seekToBeginning(all);
    readTo(
        consumer.endOffsets(all),
        (key, record) -> {
          if (record.value() == null) {
            byPartition.values().forEach(pairs -> pairs.remove(key));
            return;
          }
          IndexedPair pair =
              entries
                  .read(record.value())
                  .orElseThrow(
                      () -> new InvalidViewException(place(record) + " is no entry of the index"));
          if (pair.getSplit().equals(source.split().name())) {
            indexed.merge(pair.getPartition(), pair.getOffset() + 1, Math::max);
            boolean isSpared = !areTakedowns || !withdrawn.holds(keysOf(record.key(), pair));
            gather(
                pair.getPartition(),
                key,
                pair.getOffset(),
                pair.getBytes(),
                isSpared && holds(pair));
          }
        },
        read -> {});
    return indexed;
  }

  private void take(long key, ConsumerRecord<byte[], byte[]> record) {
    int bytes = record.value() == null ? 0 : record.value().length;
    boolean isSpared = bytes > 0 && !withdrawn.contains(record.value());
    gather(record.partition(), key, record.offset(), bytes, isSpared && matches(record));
  }

  /** Adds a record, replacing an earlier one of its key as compaction does. */
  private void gather(int partition, long key, long offset, int bytes, boolean matches) {
    HeldPairs pairs = byPartition.computeIfAbsent(partition, one -> new HeldPairs());
    if (matches && offset >= begins.getOrDefault(partition, 0L)) {
      pairs.put(key, offset, bytes);
    } else {
      pairs.remove(key);
    }
  }

  /**
   * Reads what comes within a time.
   *
   * @throws InvalidViewException where a record that has to be looked into cannot be read
   */
  void poll(Duration time) {
    poll(time, this::take);
  }

  /**
   * Reads to the topic's present end, and what comes meanwhile of partitions that are there first.
   *
   * @param progress receives the number of records read so far, now and then
   * @throws InvalidViewException where a record that has to be looked into cannot be read
   */
  void readToEnd(LongConsumer progress) {
    readTo(consumer.endOffsets(partitions), this::take, progress);
  }

  private void readTo(Map<TopicPartition, Long> ends, Taker taker, LongConsumer progress) {
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(POLL, taker);
      progress.accept(read);
    }
  }

  private void poll(Duration time, Taker taker) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(time);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      // 64 bits are enough to tell a topic's keys apart, and take a fifth of their memory.
      taker.take(ByteBuffer.wrap(digest.digest(record.key())).getLong(), record);
    }
    read += records.count();
  }

  private interface Taker {

    void take(long key, ConsumerRecord<byte[], byte[]> record);
  }

  /** Pairs gathered since the beginning, or since {@link #takeBlocks}. */
  long size() {
    return byPartition.values().stream().mapToLong(HeldPairs::size).sum();
  }

  /** The pairs gathered, in blocks by partition and offset; begins to gather anew behind them. */
  List<Block> takeBlocks() {
    List<Block> blocks = new ArrayList<>();
    byPartition.forEach(
        (partition, pairs) -> {
          List<Held> open = new ArrayList<>();
          long bytes = 0;
          for (Held one : pairs.byOffset()) {
            if (open.size() == Block.CUT_RECORDS
                || (bytes > 0 && bytes + one.bytes() > BLOCK_BYTES)) {
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
    withdrawn.close();
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
                        place(record)
                            + " cannot be held against the conditions: it holds no pair"));
    return holds(IndexedPairs.entry(pair, record.partition(), record.offset(), 0));
  }

  private static List<String> keysOf(byte[] pairId, IndexedPair pair) {
    return TakedownKind.keysOf(
        new String(pairId, StandardCharsets.UTF_8),
        pair.getImageDigest(),
        pair.getContributor(),
        pair.getProducer(),
        pair.getSourceKind(),
        pair.getUrl());
  }

  private boolean holds(IndexedPair pair) {
    return where.stream().allMatch(condition -> condition.holdsFor(pair));
  }

  private static String place(ConsumerRecord<?, ?> record) {
    return "%s-%d-%d".formatted(record.topic(), record.partition(), record.offset());
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
