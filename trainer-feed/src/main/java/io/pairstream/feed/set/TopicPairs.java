package io.pairstream.feed.set;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.BlockReader;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.Topic;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads pairs from their topic window by window, with the compressed records of one window in
 * memory. For one thread.
 */
final class TopicPairs implements SetExport.Pairs {

  private final OrderPlan plan;
  private final String split;
  private final BlockReader blocks;
  private final Topic<PreparedPair> decoder;
  private View view;
  private EpochOrder order;

  /** Number of the last window that was read; a shard may end within it. */
  private int window;

  private List<ConsumerRecord<byte[], byte[]>> inWindow = List.of();

  TopicPairs(OrderPlan plan, FeedSource source, BlockReader blocks) {
    this.plan = plan;
    this.split = source.split().name();
    this.blocks = blocks;
    this.decoder = source.pairs();
  }

  @Override
  public void read(View of, long from, long to, SetExport.Taker taker) throws IOException {
    if (!of.equals(view)) {
      view = of;
      order = new EpochOrder(of.blocks(), plan, 0);
      window = -1;
    }
    for (long at = from; at < to; at++) {
      EpochOrder.Place place = order.place(at);
      if (place.window() != window) {
        inWindow = order.ordered(0, place.window(), this::read);
        window = place.window();
      }
      ConsumerRecord<byte[], byte[]> record = inWindow.get(place.at());
      if (record != null) {
        taker.take(pair(record));
      }
    }
  }

  private List<ConsumerRecord<byte[], byte[]>> read(EpochOrder.Piece piece) {
    return blocks.read(view.blocks().get(piece.block()), piece.first(), piece.count());
  }

  private PreparedPair pair(ConsumerRecord<byte[], byte[]> record) {
    String where = record.topic() + "-" + record.partition() + " offset " + record.offset();
    PreparedPair pair =
        decoder
            .decode(record.value())
            .orElseThrow(() -> new FeedRefusedException(where + " cannot be read"));
    if (!pair.getSplit().equals(split)) {
      throw new FeedRefusedException(
          "%s is a pair of %s, on the topic of %s".formatted(where, pair.getSplit(), split));
    }
    return pair;
  }
}
