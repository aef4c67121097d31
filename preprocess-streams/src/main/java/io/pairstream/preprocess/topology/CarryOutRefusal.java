package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Rejection;
import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Refusal;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.service.rejection.Measurements;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Has a published pair leave its split for quarantine, for what a model answered about it. One that
 * has left it already, or that was published anew since the answer, stays as it is: a refusal may
 * come twice, or late.
 */
final class CarryOutRefusal extends ContextualProcessor<String, Takedown, String, Withdrawn> {

  private Receipts receipts;

  @Override
  public void init(ProcessorContext<String, Withdrawn> context) {
    super.init(context);
    receipts = new Receipts(context);
  }

  @Override
  public void process(Record<String, Takedown> record) {
    Refusal refusal = record.value().getRefusal();
    Receipt earlier = receipts.get(record.value().getSubject());
    if (earlier == null
        || !Receipts.isPublished(earlier)
        || !earlier.getOrigin().equals(refusal.getOrigin())) {
      return;
    }
    Rejection rejection = Refusals.rejection(Measurements.read(refusal.getMeasured()));
    Receipt receipt =
        Receipt.newBuilder(earlier)
            .setStatus(PairStatus.QUARANTINED.name())
            .setReason(rejection.reason().name())
            .setDetail(rejection.detail())
            .setMeasured(refusal.getMeasured())
            .setDecidedAt(Instant.ofEpochMilli(record.timestamp()))
            .build();
    receipts.put(receipt);
    RecordHeaders headers = new RecordHeaders();
    OriginHeader.write(headers, receipt.getOrigin());
    QuarantineHeader.write(headers, receipt.getReason());
    context()
        .forward(
            record
                .withKey(receipt.getPairId())
                .withValue(
                    new Withdrawn(
                        PairStatus.valueOf(earlier.getStatus()),
                        Receipt.newBuilder(receipt).setSent(refusal.getSent()).build()))
                .withHeaders(headers));
  }
}
