package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.preprocess.topology.Tracked.GatedRecord;
import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.preprocess.topology.Tracked.ReceivedPair;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Prepares a pair that waits once more, from its raw record: with the same recipe it becomes the
 * same.
 */
record PrepareAgain(
    RawLog rawLog,
    Supplier<ReadRawPair> readers,
    Step<Tracked<ReceivedPair>, GatedRecord> gate,
    Step<Tracked<GatedRecord>, PreparedPair> clean) {

  /**
   * The pair as it is prepared now.
   *
   * <p>Rejects: {@code WITHDRAWN}, what the recipe rejects if it is another one now, and {@code
   * UNREADABLE_RECORD} where the record has left its topic.
   */
  Tracked<Outcome<PreparedPair>> prepare(
      String imageDigest, WaitingPair waiting, Takedowns takedowns) {
    return rawLog
        .read(waiting.getOrigin())
        .map(record -> readers.get().read(raw(record, waiting)))
        .filter(read -> read.identity().pairId().equals(waiting.getPairId()))
        .map(read -> prepare(read, takedowns))
        .orElseGet(() -> gone(imageDigest, waiting));
  }

  private static RawRecord raw(ConsumerRecord<byte[], byte[]> record, WaitingPair waiting) {
    return new RawRecord(
        record.key(),
        record.value(),
        record.headers(),
        waiting.getOrigin(),
        waiting.getArrivedAt());
  }

  private Tracked<Outcome<PreparedPair>> prepare(
      Tracked<Outcome<ReceivedPair>> read, Takedowns takedowns) {
    Tracked<ReceivedPair> received = Tracked.kept(read).get(0); // unread ones have no pair id
    Tracked<Outcome<PreparedPair>> prepared =
        new Tracked<>(
            read.raw(),
            read.identity().withSent(OutputRecords.sent(received.stage().pair())),
            takedowns
                .refuseWithdrawn(received)
                .stage()
                .then(pair -> gate.apply(read.as(pair)))
                .then(gated -> clean.apply(read.as(gated))));
    return prepared.stage().keptOnly().isEmpty() ? prepared : prepared.withoutValue();
  }

  private static Tracked<Outcome<PreparedPair>> gone(String imageDigest, WaitingPair waiting) {
    Instant arrivedAt = waiting.getArrivedAt();
    return new Tracked<>(
        new RawRecord(null, null, new RecordHeaders(), waiting.getOrigin(), arrivedAt),
        new Identity(
            waiting.getPairId(),
            imageDigest,
            "",
            waiting.getProducer(),
            "",
            arrivedAt,
            Optional.empty()),
        Outcome.rejected(
            RejectReason.UNREADABLE_RECORD,
            "the record at "
                + OriginHeader.text(waiting.getOrigin())
                + " left its topic while its picture was looked up"));
  }
}
