package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.QuarantineHeader;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Remembers a takedown for the copies to come, and forgets one that is lifted. A pair that is
 * published is withdrawn: its receipt says so, and it goes on to be removed from its split. A
 * pair's takedown is kept for its sample too, so that it covers every spelling of the caption.
 *
 * <p>Receipts know their pair and image alone, so that takedowns of images, sources and
 * contributors remove nothing here: their requester must also request one for each of their
 * published pairs.
 */
final class CarryOutTakedown
    extends ContextualProcessor<String, Takedown, String, CarryOutTakedown.Withdrawn> {

  private final Takedowns.Tasks tasks;
  private Receipts receipts;
  private Takedowns takedowns;

  CarryOutTakedown(Takedowns.Tasks tasks) {
    this.tasks = tasks;
  }

  /**
   * A pair that was published until now.
   *
   * @param from its split
   * @param receipt says that it is withdrawn, that another is published in its place, or that a
   *     model's answer refuses it
   */
  record Withdrawn(PairStatus from, Receipt receipt) {

    /** This under its pair's id, with headers that say which record it was, and why it goes. */
    Record<String, Withdrawn> record(long timestamp) {
      RecordHeaders headers = new RecordHeaders();
      OriginHeader.write(headers, receipt.getOrigin());
      if (receipt.getStatus().equals(PairStatus.QUARANTINED.name())) {
        QuarantineHeader.write(headers, receipt.getReason());
      }
      return new Record<>(receipt.getPairId(), this, timestamp, headers);
    }
  }

  @Override
  public void init(ProcessorContext<String, Withdrawn> context) {
    super.init(context);
    receipts = new Receipts(context);
    takedowns = new Takedowns(context, tasks);
  }

  @Override
  public void process(Record<String, Takedown> record) {
    Takedown before = takedowns.get(record.key());
    Takedown takedown = record.value();
    if (takedown != null && takedown.getKind().equals(TakedownKind.PAIR.name())) {
      Receipt receipt = receipts.get(takedown.getSubject());
      takedown = withSample(takedown, receipt, before);
      withdraw(receipt, record);
    }
    takedowns.replace(record.key(), before, takedown);
  }

  /**
   * Returns the takedown with its sample id: the request's own, else the receipt's, else that of
   * the takedown before.
   */
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
    if (earlier == null || !Receipts.isPublished(earlier)) {
      return;
    }
    Receipt receipt =
        Receipt.newBuilder(earlier)
            .setStatus(PairStatus.WITHDRAWN.name())
            .setDecidedAt(Instant.ofEpochMilli(record.timestamp()))
            .build();
    receipts.put(receipt);
    PairStatus from = PairStatus.valueOf(earlier.getStatus());
    context().forward(new Withdrawn(from, receipt).record(record.timestamp()));
  }
}
