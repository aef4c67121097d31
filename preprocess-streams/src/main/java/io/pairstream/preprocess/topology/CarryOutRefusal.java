package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Rejection;
import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Refusal;
import io.pairstream.schemas.Takedown;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.service.rejection.RefusedAnswers;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Has a published pair leave its split for quarantine, for what a model answered about it. One that
 * has left it already, or that was published anew since the answer, stays as it is: a refusal may
 * come twice, or late.
 */
final class CarryOutRefusal extends ContextualProcessor<String, Takedown, String, Withdrawn> {

  @Override
  public void process(Record<String, Takedown> record) {
    Refusal refusal = record.value().getRefusal();
    Receipts receipts = new Receipts(context());
    Receipt earlier = receipts.get(record.value().getSubject());
    if (earlier == null
        || !Receipts.isPublished(earlier)
        || !earlier.getOrigin().equals(refusal.getOrigin())) {
      return;
    }
    Rejection rejection = RefusedAnswers.rejection(Measurements.read(refusal.getMeasured()));
    Receipt receipt =
        Receipt.newBuilder(earlier)
            .setStatus(PairStatus.QUARANTINED.name())
            .setReason(rejection.reason().name())
            .setDetail(rejection.detail())
            .setMeasured(refusal.getMeasured())
            .setDecidedAt(Instant.ofEpochMilli(record.timestamp()))
            .build();
    receipts.put(receipt);
    Receipt withSent = Receipt.newBuilder(receipt).setSent(refusal.getSent()).build();
    context()
        .forward(
            new Withdrawn(PairStatus.valueOf(earlier.getStatus()), withSent)
                .record(record.timestamp()));
  }
}
