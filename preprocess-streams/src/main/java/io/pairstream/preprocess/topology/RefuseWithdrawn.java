package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import java.util.Locale;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Rejects what is withdrawn: the pair, its image, its contributor or its source. Comes before any
 * other reason, so that none keeps the bytes in quarantine.
 *
 * <p>Rejects: {@code WITHDRAWN}.
 */
final class RefuseWithdrawn
    implements FixedKeyProcessor<String, Tracked<ReceivedPair>, Tracked<Outcome<ReceivedPair>>> {

  private final String takedownsStore;
  private FixedKeyProcessorContext<String, Tracked<Outcome<ReceivedPair>>> context;
  private KeyValueStore<String, Takedown> takedowns;

  RefuseWithdrawn(String takedownsStore) {
    this.takedownsStore = takedownsStore;
  }

  @Override
  public void init(
      FixedKeyProcessorContext<String, Tracked<Outcome<ReceivedPair>>> processorContext) {
    this.context = processorContext;
    this.takedowns = processorContext.getStateStore(takedownsStore);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<ReceivedPair>> record) {
    context.forward(record.withValue(record.value().as(judge(record.value()))));
  }

  private Outcome<ReceivedPair> judge(Tracked<ReceivedPair> received) {
    RawPair pair = received.stage().pair();
    Identity identity = received.identity();
    for (String key :
        TakedownKind.keysOf(
            identity.pairId(),
            identity.imageDigest(),
            pair.getContributor(),
            pair.getSourceKind(),
            pair.getUrl())) {
      Takedown takedown = takedowns.get(key);
      if (takedown != null) {
        return Outcome.rejected(
            RejectReason.WITHDRAWN,
            "this "
                + takedown.getKind().toLowerCase(Locale.ROOT)
                + " is withdrawn; the record's bytes are not kept here",
            takedown.getSubject(),
            "");
      }
    }
    return Outcome.kept(received.stage());
  }
}
