package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.preprocess.topology.WaitingPairs.Waiting;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.OriginHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sends the pairs of a picture on that waited for what is found of it, and remembers pictures that
 * are kept. What has been published or withdrawn in the meantime counts.
 *
 * <p>Rejects: {@code WITHDRAWN}, {@code DUPLICATE_PAIR}, {@code NEAR_COPY}, {@code BRIDGES_SPLITS},
 * and what a pair that is prepared once more is rejected for.
 */
final class TakeFinding
    extends ContextualProcessor<String, Finding, String, Tracked<Outcome<PreparedPair>>> {

  private final CleaningPlan plan;
  private final Takedowns.Tasks takedownsOfTasks;
  private final WaitingPairs.Memory memory;
  private final PrepareAgain again;
  private Receipts receipts;
  private Takedowns takedowns;
  private WaitingPairs waiting;

  /**
   * @param memory where pairs wait
   * @param again prepares those that are not held there
   */
  TakeFinding(
      CleaningPlan plan,
      Takedowns.Tasks takedownsOfTasks,
      WaitingPairs.Memory memory,
      PrepareAgain again) {
    this.plan = plan;
    this.takedownsOfTasks = takedownsOfTasks;
    this.memory = memory;
    this.again = again;
  }

  @Override
  public void init(ProcessorContext<String, Tracked<Outcome<PreparedPair>>> context) {
    super.init(context);
    receipts = new Receipts(context);
    takedowns = new Takedowns(context, takedownsOfTasks);
    waiting = memory.begin(context);
  }

  @Override
  public void close() {
    waiting.end();
  }

  @Override
  public void process(Record<String, Finding> record) {
    Finding finding = record.value();
    if (finding.getReason().isEmpty()) {
      receipts.putGroup(record.key(), finding);
    }
    for (Waiting waited : waiting.take(record.key())) {
      Tracked<Outcome<PreparedPair>> prepared =
          waited
              .prepared()
              .map(pair -> pair.as(Outcome.kept(pair.stage())))
              .orElseGet(() -> again.prepare(record.key(), waited.entry(), takedowns));
      RecordHeaders headers = new RecordHeaders();
      OriginHeader.write(headers, prepared.raw().origin());
      context()
          .forward(
              new Record<>(
                  prepared.identity().pairId(),
                  prepared
                      .stage()
                      .fold(pair -> judged(prepared.as(pair), finding), rejection -> prepared),
                  prepared.raw().arrivedAt().toEpochMilli(),
                  headers));
    }
  }

  private Tracked<Outcome<PreparedPair>> judged(Tracked<PreparedPair> pair, Finding finding) {
    return pair.as(
        takedowns
            .refuseWithdrawn(pair, pair.stage().getMetadata())
            .then(kept -> receipts.refuseCopies(pair).stage())
            .then(kept -> found(kept, finding)));
  }

  private Outcome<PreparedPair> found(PreparedPair pair, Finding finding) {
    if (finding.getReason().isEmpty()) {
      return FindGroup.inGroup(pair, finding.getPictureGroup(), finding.getSplit(), plan.split());
    }
    RejectReason reason = RejectReason.valueOf(finding.getReason());
    return Outcome.rejected(
        new Rejection(
            reason,
            (reason == RejectReason.BRIDGES_SPLITS
                    ? "the picture is nearly one in training and one that is held out"
                    : finding.getPublished().isEmpty()
                        ? "the picture is nearly one that is published"
                        : "the picture is nearly one in whose place a larger one is published, "
                            + finding.getPublished())
                + (finding.getMirrored() ? ", mirrored" : "")
                + "; its bytes are not kept here, but on the raw topic",
            distance(finding.getDistanceBits(), plan.nearCopies().maxDistanceBits()),
            finding.getCopyOf()));
  }

  /** How far two pictures differ that must differ by more. */
  static Measured distance(int bits, int most) {
    return Measured.bounded("distance_bits", bits, Measured.Bound.MORE_THAN, most, "bits");
  }
}
