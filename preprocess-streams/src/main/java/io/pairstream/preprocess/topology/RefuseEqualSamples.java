package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Rejects a pair whose cleaned caption makes it the same training sample as another pair that is
 * published or withdrawn: the same image, and a caption that differs in spaces, entities or the
 * like. All spellings have the image in common, and so the task and its stores.
 *
 * <p>Rejects: {@code WITHDRAWN}, {@code DUPLICATE_PAIR}.
 */
final class RefuseEqualSamples
    implements FixedKeyProcessor<String, Tracked<PreparedPair>, Tracked<Outcome<PreparedPair>>> {

  private final String standingsStore;
  private final String takedownsStore;
  private FixedKeyProcessorContext<String, Tracked<Outcome<PreparedPair>>> context;
  private KeyValueStore<String, Receipt> standings;
  private KeyValueStore<String, Takedown> takedowns;

  RefuseEqualSamples(String standingsStore, String takedownsStore) {
    this.standingsStore = standingsStore;
    this.takedownsStore = takedownsStore;
  }

  @Override
  public void init(
      FixedKeyProcessorContext<String, Tracked<Outcome<PreparedPair>>> processorContext) {
    this.context = processorContext;
    this.standings = processorContext.getStateStore(standingsStore);
    this.takedowns = processorContext.getStateStore(takedownsStore);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<PreparedPair>> record) {
    Tracked<PreparedPair> cleaned = record.value();
    String sampleId = Samples.idOf(cleaned.stage());
    context.forward(
        record.withValue(
            new Tracked<>(
                cleaned.raw(),
                cleaned.identity().withSample(sampleId),
                judge(sampleId, cleaned.stage()))));
  }

  private Outcome<PreparedPair> judge(String sampleId, PreparedPair pair) {
    Optional<Takedown> takedown = Samples.withdrawn(sampleId, takedowns);
    if (takedown.isPresent()) {
      return Outcome.rejected(
          RejectReason.WITHDRAWN,
          "this pair is withdrawn under another spelling of its caption; the record's bytes are"
              + " not kept here",
          takedown.get().getSubject(),
          "");
    }
    Optional<Receipt> earlier = Samples.published(sampleId, standings);
    if (earlier.isPresent()) {
      return Outcome.rejected(
          RejectReason.DUPLICATE_PAIR,
          ("once cleaned, the caption is that of pair %s, which came with the same image as "
                  + "%s; that pair stands as %s")
              .formatted(
                  earlier.get().getPairId(),
                  OriginHeader.text(earlier.get().getOrigin()),
                  earlier.get().getStanding()));
    }
    return Outcome.kept(pair);
  }
}
