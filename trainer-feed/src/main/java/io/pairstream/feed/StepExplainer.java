package io.pairstream.feed;

import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.order.EpochOrder.Piece;
import io.pairstream.feed.record.FieldReader;
import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.feed.record.PairFields;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Says which pairs a step hands out; reads the windows in which they stand. */
final class StepExplainer {

  /** What is read of a pair. */
  static final Set<String> FIELDS =
      Set.of("pair_id", "source_kind", "contributor", "url", "licence");

  private final View view;
  private final WindowLoader loader;
  private final FieldReader fields;

  StepExplainer(View view, WindowLoader loader, FieldReader fields) {
    this.view = view;
    this.loader = loader;
    this.fields = fields;
  }

  private record Key(int lane, int window) {}

  /** The samples, as they stand in the batch. */
  List<ExplainedSample> explain(Step step) throws InterruptedException {
    Map<Key, Future<LoadedWindow>> windows = new HashMap<>();
    List<ExplainedSample> samples = new ArrayList<>();
    for (Turn turn : step.turns()) {
      Key key = new Key(turn.lane(), turn.window());
      windows.computeIfAbsent(key, one -> loader.load(turn.order(), one.lane, one.window, 0));
    }
    for (Turn turn : step.turns()) {
      Key key = new Key(turn.lane(), turn.window());
      try {
        samples.add(explained(turn, windows.get(key).get().sample(turn.at())));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failed) {
          throw failed;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    return samples;
  }

  private ExplainedSample explained(Turn turn, LoadedWindow.Sample sample) {
    Piece place = turn.order().records(turn.lane(), turn.window()).get(turn.at());
    Block block = view.blocks().get(place.block());
    ConsumerRecord<byte[], byte[]> record = sample.record();
    String found = site(record.topic(), record.partition(), record.offset());
    try {
      PairFields pair = fields.read(record.value());
      return new ExplainedSample(
          turn.lane(),
          site(view.topic(), block.partition(), block.offset(place.first())),
          found,
          sample.isStandIn(),
          pair.text("pair_id"),
          pair.text("source_kind"),
          pair.text("contributor"),
          pair.text("url"),
          pair.text("licence"));
    } catch (MalformedSampleException e) {
      throw new RefusedSampleException(found + ": " + e.getMessage(), e);
    }
  }

  private static String site(String topic, int partition, long offset) {
    return topic + "-" + partition + "-" + offset;
  }
}
