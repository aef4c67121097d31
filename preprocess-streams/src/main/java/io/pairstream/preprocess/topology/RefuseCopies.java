package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Rejects a pair that is published already, and what comes a second time of an entry in quarantine
 * that was let in, before any decoding. A pair that was rejected may come again, and so may a
 * withdrawn one that nothing withdraws any more.
 *
 * <p>Rejects: {@code DUPLICATE_PAIR}.
 */
final class RefuseCopies<T> implements FixedKeyProcessor<String, Tracked<T>, Tracked<Outcome<T>>> {

  private final String standingsStore;
  private FixedKeyProcessorContext<String, Tracked<Outcome<T>>> context;
  private KeyValueStore<String, Receipt> standings;

  RefuseCopies(String standingsStore) {
    this.standingsStore = standingsStore;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Tracked<Outcome<T>>> processorContext) {
    this.context = processorContext;
    this.standings = processorContext.getStateStore(standingsStore);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<T>> record) {
    Receipt earlier = standings.get(record.key());
    Optional<Receipt> letIn = LetIn.published(record.value(), standings);
    Outcome<T> outcome;
    if (earlier != null && PairStatus.valueOf(earlier.getStanding()).isPublished()) {
      outcome = copy("the same image with the same caption came as ", earlier);
    } else if (letIn.isPresent()) {
      outcome = copy("what was sent again of the same entry in quarantine came as ", letIn.get());
    } else {
      outcome = Outcome.kept(record.value().stage());
    }
    context.forward(record.withValue(record.value().as(outcome)));
  }

  private static <T> Outcome<T> copy(String of, Receipt published) {
    return Outcome.rejected(
        RejectReason.DUPLICATE_PAIR,
        of
            + OriginHeader.text(published.getOrigin())
            + "; that pair stands as "
            + published.getStanding());
  }
}
