package io.pairstream.feed.export;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.BlockReader;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.RecordDecoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A view's pairs, read from its topic window by window. In memory is one window of compressed
 * records. For one thread.
 */
final class ViewPairs implements PairSequence {

  private final ExportPlan plan;
  private final String split;
  private final EpochOrder order;
  private final BlockReader blocks;
  private final WithdrawnPairs withdrawn;
  private final RecordDecoder<PreparedPair> pairs;

  /** The last window that was read; a shard may end within it. */
  private int window = -1;

  private List<ConsumerRecord<byte[], byte[]>> inWindow = List.of();

  /**
   * @param split as every pair must name it
   */
  ViewPairs(
      ExportPlan plan,
      String split,
      BlockReader blocks,
      WithdrawnPairs withdrawn,
      RecordDecoder<PreparedPair> pairs) {
    this.plan = plan;
    this.split = split;
    this.order = plan.epochOrder();
    this.blocks = blocks;
    this.withdrawn = withdrawn;
    this.pairs = pairs;
  }

  @Override
  public void read(long from, long to, Taker taker) throws IOException {
    for (long at = from; at < to; at++) {
      EpochOrder.Place place = order.place(at);
      load(place.window());
      ConsumerRecord<byte[], byte[]> record = inWindow.get(place.at());
      if (record != null && !withdrawn.contains(record.value())) {
        taker.take(pair(record));
      }
    }
  }

  @Override
  public String takedowns() {
    return withdrawn.digest();
  }

  private void load(int wanted) {
    if (wanted == window) {
      return;
    }
    inWindow =
        order.ordered(
            0,
            wanted,
            piece ->
                Arrays.asList(
                    blocks.read(
                        plan.view().blocks().get(piece.block()), piece.first(), piece.count())));
    window = wanted;
  }

  private PreparedPair pair(ConsumerRecord<byte[], byte[]> record) {
    PreparedPair pair =
        pairs
            .decode(record.value())
            .orElseThrow(() -> new ExportRefusedException(where(record) + " cannot be read"));
    if (!pair.getSplit().equals(split)) {
      throw new ExportRefusedException(
          "%s is a pair of %s, on the topic of %s"
              .formatted(where(record), pair.getSplit(), split));
    }
    return pair;
  }

  private static String where(ConsumerRecord<?, ?> record) {
    return record.topic() + "-" + record.partition() + " offset " + record.offset();
  }
}
