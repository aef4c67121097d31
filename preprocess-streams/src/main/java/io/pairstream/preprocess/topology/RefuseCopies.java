package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Turns away a pair that is published already, before any decoding. A pair that was turned away may
 * come again, and so may a withdrawn one that nothing withdraws any more.
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
    Outcome<T> outcome =
        earlier != null && PairStatus.valueOf(earlier.getStanding()).isPublished()
            ? Outcome.rejected(
                RejectReason.DUPLICATE_PAIR,
                "the same image with the same caption came as "
                    + OriginHeader.text(earlier.getOrigin())
                    + "; that pair stands as "
                    + earlier.getStanding())
            : Outcome.kept(record.value().stage());
    context.forward(record.withValue(record.value().as(outcome)));
  }
}
