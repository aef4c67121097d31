package io.pairstream.preprocess.topology;

import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Standing;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps where each pair stands. A copy of a published pair adds to the count and leaves the rest as
 * it is; a pair that was turned away and comes again gets the new decision. A replay was received
 * before, and is no further copy.
 *
 * <p>A record without a pair id has a receipt under its coordinates, and nothing to remember.
 */
final class WriteReceipt implements FixedKeyProcessor<String, Tracked<Receipt>, Receipt> {

  private final String standingsStore;
  private FixedKeyProcessorContext<String, Receipt> context;
  private KeyValueStore<String, Receipt> standings;

  WriteReceipt(String standingsStore) {
    this.standingsStore = standingsStore;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Receipt> processorContext) {
    this.context = processorContext;
    this.standings = processorContext.getStateStore(standingsStore);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<Receipt>> record) {
    Receipt receipt = record.value().stage();
    if (record.value().identity().isKnown()) {
      Receipt earlier = standings.get(record.key());
      if (earlier != null) {
        boolean stands = Standing.valueOf(earlier.getStanding()).isFinal();
        boolean sentByUs = record.value().raw().replay().isPresent();
        receipt =
            Receipt.newBuilder(stands ? earlier : receipt)
                .setCopies(earlier.getCopies() + (sentByUs ? 0 : 1))
                .build();
      }
      standings.put(record.key(), receipt);
    }
    context.forward(record.withValue(receipt));
  }
}
