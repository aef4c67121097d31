package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.rejection.Measurements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Has a picture make way for a larger near copy: from now on its pairs are rejected, and the task
 * of the larger one receives the list of those to remove when it publishes its own.
 */
final class ListSuperseded extends ContextualProcessor<String, Finding, String, Finding> {

  /** Most bytes of producers' own fields in a finding: a record has 10 MiB. */
  private static final int MAX_SENT_BYTES = 4 * 1024 * 1024;

  private final int maxDistanceBits;

  ListSuperseded(int maxDistanceBits) {
    this.maxDistanceBits = maxDistanceBits;
  }

  @Override
  public void process(Record<String, Finding> record) {
    Receipts receipts = new Receipts(context());
    Optional<Receipt> group = receipts.groupOf(record.key());
    if (group.isEmpty()) {
      // It still waits for a smaller one to be superseded, which is known here before this comes
      // again.
      context().forward(record);
      return;
    }
    Finding finding = record.value();
    receipts.putGroup(record.key(), rejected(group.get(), finding).build());
    Instant at = Instant.ofEpochMilli(record.timestamp());
    List<Receipt> superseded = new ArrayList<>();
    long sentBytes = 0;
    for (Receipt pair : receipts.ofImage(record.key())) {
      Receipt.Builder rejected =
          rejected(pair, finding).setStatus(PairStatus.QUARANTINED.name()).setDecidedAt(at);
      sentBytes += pair.getSent() == null ? 0 : bytes(pair.getSent());
      if (sentBytes > MAX_SENT_BYTES) {
        rejected.setSent(null);
      }
      superseded.add(rejected.build());
      receipts.put(rejected.setSent(null).build());
    }
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

  private static int bytes(RawPair sent) {
    try {
      return RawPair.getEncoder().encode(sent).remaining();
    } catch (IOException e) {
      throw new UncheckedIOException("a pair is not written to memory", e);
    }
  }

  private Receipt.Builder rejected(Receipt receipt, Finding finding) {
    return Receipt.newBuilder(receipt)
        .setReason(RejectReason.NEAR_COPY.name())
        .setDetail(
            finding.getPublished().isEmpty()
                ? "a larger picture, of which this is nearly a copy, is published in its place"
                : "a larger picture of this one's group of near copies is published in its place;"
                    + " that is nearly the group's image "
                    + finding.getCopyOf())
        .setMeasured(
            Measurements.record(TakeFinding.distance(finding.getDistanceBits(), maxDistanceBits)))
        .setCopyOf(finding.getSupersededBy());
  }
}
