package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Remembers a takedown for the copies to come, and forgets one that is lifted. A pair that is
 * published is withdrawn: its receipt says so, and it goes on to be removed from its split. A
 * pair's takedown is kept for its sample too, so that it covers every spelling of the caption.
 *
 * <p>Receipts know their pair and image alone, so that takedowns of images, sources and
 * contributors remove nothing here: whoever asks for one asks for each published pair of it too.
 */
final class CarryOutTakedown
    implements Processor<String, Takedown, String, CarryOutTakedown.Withdrawn> {

  private final String standingsStore;
  private final String takedownsStore;
  private ProcessorContext<String, Withdrawn> context;
  private KeyValueStore<String, Receipt> standings;
  private KeyValueStore<String, Takedown> takedowns;

  /**
   * A pair that was published until now.
   *
   * @param from its split
   * @param receipt says that it is withdrawn
   */
  record Withdrawn(PairStatus from, Receipt receipt) {}

  CarryOutTakedown(String standingsStore, String takedownsStore) {
    this.standingsStore = standingsStore;
    this.takedownsStore = takedownsStore;
  }

  @Override
  public void init(ProcessorContext<String, Withdrawn> processorContext) {
    this.context = processorContext;
    this.standings = processorContext.getStateStore(standingsStore);
    this.takedowns = processorContext.getStateStore(takedownsStore);
  }

  @Override
  public void process(Record<String, Takedown> record) {
    Takedown before = takedowns.get(record.key());
    Takedown takedown = record.value();
    if (before != null) {
      Samples.lift(before, takedowns);
    }
    if (takedown != null && takedown.getKind().equals(TakedownKind.PAIR.name())) {
      Receipt receipt = standings.get(takedown.getSubject());
      takedown = withSample(takedown, receipt, before);
      Samples.withdraw(takedown, takedowns);
      withdraw(receipt, record);
    }
    takedowns.put(record.key(), takedown); // lifted where there is none
  }

  /** Who asks may know the sample, for a pair of an earlier version; else its receipt does. */
  private static Takedown withSample(Takedown takedown, Receipt receipt, Takedown before) {
    if (!takedown.getSampleId().isEmpty()) {
      return takedown;
    }
    String known = receipt == null ? "" : receipt.getSampleId();
    return Takedown.newBuilder(takedown)
        .setSampleId(known.isEmpty() && before != null ? before.getSampleId() : known)
        .build();
  }

  private void withdraw(Receipt earlier, Record<String, Takedown> record) {
    if (earlier == null || !PairStatus.valueOf(earlier.getStanding()).isPublished()) {
      return;
    }
    Receipt receipt =
        Receipt.newBuilder(earlier)
            .setStanding(PairStatus.WITHDRAWN.name())
            .setDecidedAt(Instant.ofEpochMilli(record.timestamp()))
            .build();
    standings.put(receipt.getPairId(), receipt);
    RecordHeaders headers = new RecordHeaders();
    OriginHeader.write(headers, receipt.getOrigin());
    context.forward(
        record
            .withKey(receipt.getPairId())
            .withValue(new Withdrawn(PairStatus.valueOf(earlier.getStanding()), receipt))
            .withHeaders(headers));
  }
}
