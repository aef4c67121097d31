package io.pairstream.feed.view;

import io.pairstream.feed.filter.PairFilter;
import java.time.Clock;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Cuts a view out of a split's topic: all pairs that are committed now, not withdrawn, and let
 * through by a filter.
 */
public final class ViewCutter {

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

  /**
   * Reads a topic to its present end.
   *
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where there is no such pair, or a record that the filter has to
   *     look into cannot be read
   */
  public View cut(String topic, String topicId, LongConsumer progress) {
    SplitReader reader = new SplitReader(consumer, filter, topic, Map.of());
    reader.readToEnd(progress);
    return new View(topic, topicId, clock.instant(), filter.where(), reader.takeBlocks());
  }
}
