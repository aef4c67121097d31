package io.pairstream.feed;

import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.WindowLoader.LoadedWindow;
import io.pairstream.feed.WindowLoader.Place;
import io.pairstream.feed.order.EpochOrder.Piece;
import io.pairstream.feed.record.FieldReader;
import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.feed.record.PairFields;
import io.pairstream.feed.view.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Says which pairs a step hands out; reads those alone. */
final class StepExplainer {

  /** What is read of a pair. */
  static final Set<String> FIELDS =
      Set.of("pair_id", "source_kind", "contributor", "url", "licence");

  private final WindowLoader loader;
  private final FieldReader fields;

  StepExplainer(WindowLoader loader, FieldReader fields) {
    this.loader = loader;
    this.fields = fields;
  }

  /** The samples, lane by lane, as they stand in the batch. */
  List<ExplainedSample> explain(Step step) throws InterruptedException {
    List<Turn> turns = step.lanes().stream().flatMap(List::stream).toList();
    List<Future<LoadedWindow.Sample>> loading = new ArrayList<>();
    for (Turn turn : turns) {
      Piece one = turn.pass().order().record(turn.lane(), turn.at());
      loading.add(loader.load(new Place(turn.pass().view(), one.block(), one.first())));
    }
    List<ExplainedSample> samples = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      try {
        samples.add(explained(turns.get(i), loading.get(i).get()));
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
    Place place = sample.place();
    Block block = place.view().blocks().get(place.block());
    ConsumerRecord<byte[], byte[]> record = sample.record();
    String found = site(record.topic(), record.partition(), record.offset());
    try {
      PairFields pair = fields.read(record.value());
      return new ExplainedSample(
          turn.lane(),
          place.view().fingerprint(),
          turn.pass().epoch(),
          site(place.view().topic(), block.partition(), block.offset(place.record())),
          found,
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
