package io.pairstream.feed;

import io.pairstream.feed.ViewRun.Step;
import io.pairstream.feed.WindowLoader.Window;
import io.pairstream.feed.export.ExportListener;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ExportRefusedException;
import io.pairstream.feed.export.ExportSummary;
import io.pairstream.feed.export.ViewExport;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.EpochOrder.Piece;
import io.pairstream.feed.order.EpochOrder.Place;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.PairFilter;
import io.pairstream.feed.view.SplitReader;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.RecordDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

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
    RecordDecoder<PreparedPair> records = source.decoder();
    try (WindowLoader loader = split.windowLoader(run, new FeedStats.Clocks())) {
      List<ExplainedSample> samples = new ArrayList<>();
      Optional<Step> step = run.step(position, settings);
      if (step.isPresent()) {
        EpochOrder order = run.order(step.get().epoch());
        List<Place> places = step.get().own().stream().map(order::place).toList();
        Map<List<Integer>, Future<Window>> windows = new HashMap<>();
        for (Place place : places) {
          windows.computeIfAbsent(
              List.of(place.lane(), place.window()),
              key -> loader.load(order, place.lane(), place.window(), 0));
        }
        for (Place place : places) {
          Piece piece = order.records(place.lane(), place.window()).get(place.at());
          Block block = run.view().blocks().get(piece.block());
          Window window = Slot.await(windows.get(List.of(place.lane(), place.window())));
          samples.add(
              explained(
                  place.lane(),
                  site(source.topic(), block.partition(), block.offset(piece.first())),
                  window.sample(place.at()),
                  records));
        }
      }
      return samples;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static ExplainedSample explained(
      int lane, String place, WindowLoader.Sample sample, RecordDecoder<PreparedPair> records) {
    ConsumerRecord<byte[], byte[]> record = sample.record();
    PreparedPair pair = SampleWriter.read(records, record);
    return new ExplainedSample(
        lane,
        place,
        site(record.topic(), record.partition(), record.offset()),
        sample.isStandIn(),
        pair.getPairId(),
        pair.getSourceKind(),
        pair.getContributor(),
        pair.getUrl(),
        pair.getLicence());
  }

  private static String site(String topic, int partition, long offset) {
    return topic + "-" + partition + "-" + offset;
  }
}
