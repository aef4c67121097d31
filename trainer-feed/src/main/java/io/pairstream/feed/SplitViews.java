package io.pairstream.feed;

import io.pairstream.feed.export.ExportListener;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ExportRefusedException;
import io.pairstream.feed.export.ExportSummary;
import io.pairstream.feed.export.ViewExport;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.filter.PairFilter;
import io.pairstream.feed.record.FieldReader;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewCutter;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSerdes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Deserializer;

/** Cuts views out of a split's topic, exports them, and explains their steps. */
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
      PairFilter filter = new PairFilter(source.registry(), source.topic(), where);
      return new ViewCutter(consumer, filter, Clock.systemUTC())
          .cut(topic.name(), topic.topicId().toString(), progress);
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
      Deserializer<PreparedPair> deserializer =
          new AvroSerdes(source.registry()).of(PreparedPair.class, source.topic()).deserializer();
      return ViewExport.of(plan, source.split().name(), consumer, withdrawn, deserializer, listener)
          .into(folder);
    }
  }

  /**
   * Says which pairs the step behind a position hands out to the run's rank, in the order of the
   * batch. Reads the windows in which they stand.
   *
   * @return nothing where the run is over
   * @throws PositionRefusedException where the position is one of another run, or records have left
   *     the log
   * @throws IllegalArgumentException where the view has too few samples for a batch
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static List<ExplainedSample> explain(
      FeedSource source, FeedSettings settings, ViewRun run, ViewPosition position) {
    run.requireOwn(position);
    run.requireBatches(settings);
    SplitTopic split = new SplitTopic(source);
    try (Admin admin = AdminClients.create(source.clientSettings())) {
      split.requireHolds(run.view(), admin);
    }
    FieldReader fields = new FieldReader(source.registry(), source.topic(), StepExplainer.FIELDS);
    try (WindowLoader loader = split.windowLoader(run, new FeedClocks())) {
      Optional<Step> step = run.steps(position, settings).next();
      return step.isEmpty()
          ? List.of()
          : new StepExplainer(run.view(), loader, fields).explain(step.get());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
