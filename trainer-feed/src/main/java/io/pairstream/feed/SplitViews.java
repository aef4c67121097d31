package io.pairstream.feed;

import io.pairstream.feed.export.ExportListener;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ExportRefusedException;
import io.pairstream.feed.export.ExportSummary;
import io.pairstream.feed.export.ViewExport;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.PairFilter;
import io.pairstream.feed.view.SplitReader;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.wire.AdminClients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/** Cuts views out of a split's topic, and exports them. */
public final class SplitViews {

  private SplitViews() {}

  /**
   * Cuts a view of the pairs that the split's topic holds now. Reads every record once.
   *
   * @param where conditions that all have to hold
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where there is no such pair
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static View cut(FeedSource source, List<Condition> where, LongConsumer progress) {
    SplitTopic split = new SplitTopic(source);
    try (Admin admin = AdminClients.create(source.clientSettings());
        Consumer<byte[], byte[]> consumer = split.consumer(Map.of())) {
      TopicDescription topic = split.describe(admin);
      PairFilter filter = new PairFilter(source.decoder(), where);
      SplitReader reader = new SplitReader(consumer, filter, topic.name(), Map.of());
      reader.readToEnd(progress);
      return new View(
          topic.name(),
          topic.topicId().toString(),
          Clock.systemUTC().instant(),
          filter.where(),
          reader.takeBlocks());
    }
  }

  /**
   * Writes a view's pairs into a folder as files that other loaders read; goes on where an earlier
   * start ended.
   *
   * @param listener hears how it goes on
   * @throws PositionRefusedException where records of the view have left the log
   * @throws ExportRefusedException where the folder is another export's, or a pair cannot be
   *     exported
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static ExportSummary export(
      FeedSource source, ExportPlan plan, Path folder, ExportListener listener) throws IOException {
    SplitTopic split = new SplitTopic(source);
    try (Admin admin = AdminClients.create(source.clientSettings());
        Consumer<byte[], byte[]> consumer = split.jumpingConsumer(Long.MAX_VALUE);
        WithdrawnPairs withdrawn = split.withdrawnPairs()) {
      split.requireHolds(plan.view(), admin);
      return ViewExport.of(
              plan, source.split().name(), consumer, withdrawn, source.decoder(), listener)
          .into(folder);
    }
  }
}
