package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Has a picture make way for a larger near copy: from now on its pairs are rejected, and the task
 * of the larger one is told which of them to remove when it publishes its own.
 */
final class HandOver extends ContextualProcessor<String, Finding, String, Finding> {

  private final int maxDistanceBits;
  private Receipts receipts;

  HandOver(int maxDistanceBits) {
    this.maxDistanceBits = maxDistanceBits;
  }

  @Override
  public void init(ProcessorContext<String, Finding> context) {
    super.init(context);
    receipts = new Receipts(context);
  }

  @Override
  public void process(Record<String, Finding> record) {
    Optional<Receipt> group = receipts.groupOf(record.key());
    if (group.isEmpty()) {
      // It still waits for a smaller one to make way. That is told here before this comes again.
      context().forward(record);
      return;
    }
    Finding finding = record.value();
    receipts.putGroup(record.key(), rejected(group.get(), finding).build());
    Instant at = Instant.ofEpochMilli(record.timestamp());
    List<Receipt> superseded =
        receipts.ofImage(record.key()).stream()
            .map(
                pair ->
                    rejected(pair, finding)
                        .setStanding(PairStatus.QUARANTINED.name())
                        .setDecidedAt(at)
                        .build())
            .toList();
    superseded.forEach(pair -> receipts.put(pair, Optional.empty()));
    context()
        .forward(
            record
                .withKey(finding.getSupersededBy())
                .withValue(
                    Finding.newBuilder()
                        .setPictureGroup(finding.getPictureGroup())
                        .setSplit(finding.getSplit())
                        .setSuperseded(superseded)
                        .build()));
  }

  private Receipt.Builder rejected(Receipt receipt, Finding finding) {
    return Receipt.newBuilder(receipt)
        .setReason(RejectReason.NEAR_COPY.name())
        .setDetail("a larger picture, of which this is nearly a copy, is published in its place")
        .setMeasured(finding.getDistanceBits() + " bits")
        .setLimit(maxDistanceBits + " bits")
        .setCopyOf(finding.getSupersededBy());
  }
}
