package io.pairstream.feed.view;

import io.pairstream.schemas.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The pairs of a stretch of a split's topic that are there at its end: of each key the last record,
 * where that is no withdrawal and a filter lets it through. Takes 50 bytes of memory per pair. Not
 * thread-safe.
 */
public final class GatheredPairs {

  /** Most records of a block. */
  public static final int BLOCK_RECORDS = 128;

  /** Bytes after which a block ends. */
  private static final long BLOCK_BYTES = 4 << 20;

  private final PairFilter filter;
  private final Map<Integer, Map<Long, Held>> byPartition = new TreeMap<>();
  private long size;

  public GatheredPairs(PairFilter filter) {
    this.filter = filter;
  }

  /** A pair that is there: where it is, and how large. */
  private record Held(long offset, int bytes) {}

  /**
   * A later record of a key takes the place of the earlier one, as compaction does.
   *
   * @throws InvalidViewException where the filter has to look into it and cannot read it
   */
  public void note(ConsumerRecord<byte[], byte[]> record) {
    Map<Long, Held> pairs =
        byPartition.computeIfAbsent(record.partition(), partition -> new HashMap<>());
    long key = digest(record.key());
    Held before;
    if (record.value() != null && filter.matches(record)) {
      before = pairs.put(key, new Held(record.offset(), record.value().length));
      size++;
    } else {
      before = pairs.remove(key);
    }
    if (before != null) {
      size--;
    }
  }

  /** Number of pairs. */
  public long size() {
    return size;
  }

  /** The pairs in blocks, by partition and offset. */
  public List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    byPartition.forEach(
        (partition, pairs) -> {
          List<Held> inOrder = new ArrayList<>(pairs.values());
          inOrder.sort(Comparator.comparingLong(Held::offset));
          addBlocks(partition, inOrder, blocks);
        });
    return blocks;
  }

  private static void addBlocks(int partition, List<Held> inOrder, List<Block> blocks) {
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
    return ByteBuffer.wrap(Sha256.of(key)).getLong();
  }
}
