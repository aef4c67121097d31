package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.Replay;

/** What was decided on one raw record, for its receipt. */
final class Decision {

  private Decision() {}

  /** A pair that is published: the split's name is its standing. */
  static Tracked<Receipt> published(Tracked<PreparedPair> tracked) {
    return tracked.as(
        receipt(tracked)
            .setStanding(PairStatus.valueOf(tracked.stage().getSplit()).name())
            .build());
  }

  /** A record that was rejected. */
  static Tracked<Receipt> turned(Tracked<Tracked.Turned> tracked) {
    return tracked.as(
        receipt(tracked)
            .setStanding(PairStatus.QUARANTINED.name())
            .setReason(tracked.stage().rejection().reason().name())
            .setDetail(tracked.stage().rejection().detail())
            .setMeasured(tracked.stage().rejection().measured())
            .setLimit(tracked.stage().rejection().limit())
            .build());
  }

  private static Receipt.Builder receipt(Tracked<?> tracked) {
    return Receipt.newBuilder()
        .setPairId(tracked.identity().pairId())
        .setImageDigest(tracked.identity().imageDigest())
        .setSampleId(tracked.identity().sampleId())
        .setReviewId(tracked.raw().replay().map(Replay::reviewId).orElse(""))
        .setCopies(1)
        .setOrigin(tracked.raw().origin())
        .setReceivedAt(tracked.identity().receivedAt())
        .setDecidedAt(tracked.raw().arrivedAt());
  }
}
