package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Plays producers and preprocessing by hand, as they are when nothing goes wrong. */
final class PlayedHistory implements AutoCloseable {

  private final ClusterAccess cluster;
  private final SentLedger ledger;
  private final PlayedPipeline pipeline;
  private final KafkaProducer<byte[], byte[]> producer;
  private final int schemaId;
  private final Preparation preparation = Preparation.underChaosRecipe();
  private final Map<String, Long> copies = new TreeMap<>();

  PlayedHistory(ClusterAccess cluster, SentLedger ledger) {
    this.cluster = cluster;
    this.ledger = ledger;
    this.pipeline = new PlayedPipeline(cluster);
    this.producer = TestCluster.producer(cluster, "");
    this.schemaId =
        cluster.registry().idOf(cluster.topics().crowdsourced().name() + "-value", RawPair.SCHEMA$);
  }

  /**
   * A record on its raw topic, as a producer sent it.
   *
   * @param arrived the time that Kafka gave it there
   */
  record Played(SentPair pair, Sent sent, Instant arrived) {
    Origin origin() {
      return sent.origin();
    }

    String at() {
      return OriginHeader.text(sent.origin());
    }
  }

  /** Sends a record and notes the acknowledgement. */
  Played send(SentPair pair) {
    Played played = sendUnnoted(pair);
    ledger.add(entry(Fate.ACKNOWLEDGED, played, played.origin()));
    return played;
  }

  /** Sends a record of which the ledger knows nothing. */
  Played sendUnnoted(SentPair pair) {
    RecordMetadata at =
        TestCluster.acknowledged(
            producer.send(
                new ProducerRecord<>(
                    cluster.dataset().topic(pair.topic()),
                    null,
                    pair.key().orElse(null),
                    pair.value(schemaId).orElse(null))));
    copies.merge(pair.pairId(), 1L, Long::sum);
    return new Played(
        pair,
        new Sent(
            pair.imageDigest(),
            pair.pairId(),
            pair.pair(),
            new Origin(at.topic(), at.partition(), at.offset())),
        Instant.ofEpochMilli(at.timestamp()));
  }

  /** What a producer notes of a record. */
  LedgerEntry entry(Fate fate, Played played, Origin at) {
    boolean known = fate == Fate.ACKNOWLEDGED;
    return new LedgerEntry(
        fate,
        played.pair().number(),
        played.pair().kind(),
        played.origin().getTopic(),
        known ? at.getPartition() : -1,
        known ? at.getOffset() : -1,
        digest(played.pair()),
        played.pair().pairId(),
        played.pair().imageDigest(),
        Instant.now(),
        "");
  }

  void publish(Played played, PairStatus split) {
    transaction(played, List.of(published(played, split), receipt(played, split, "")));
  }

  void reject(Played played, String reason) {
    transaction(
        played,
        List.of(
            quarantined(played, quarantinedPair(played, reason)),
            receipt(played, PairStatus.QUARANTINED, reason)));
  }

  /** Turns away a copy of a published pair, whose receipt goes on naming the first. */
  void rejectCopy(Played copy, Played first, PairStatus split) {
    transaction(
        copy,
        List.of(
            quarantined(copy, quarantinedPair(copy, "DUPLICATE_PAIR")), receipt(first, split, "")));
  }

  void transaction(Played played, List<ProducerRecord<byte[], byte[]>> outputs) {
    pipeline.transaction(played.sent(), outputs);
  }

  ProducerRecord<byte[], byte[]> published(Played played, PairStatus split) {
    return published(played, split, prepared(played, split));
  }

  /** Where the recipe puts a pair. */
  PairStatus rightSplit(Played played) {
    return PairStatus.valueOf(preparation.splitOf(played.pair().imageDigest()));
  }

  /** The output of an accepted pair. */
  PreparedPair prepared(Played played, PairStatus split) {
    PreparedPair pair =
        preparation
            .of(played.pair().pair(), new RecordHeaders(), played.arrived())
            .orElseGet(() -> PlayedPipeline.prepared(played.sent(), split));
    pair.setSplit(split.name());
    pair.setOrigin(played.origin());
    // Of one picture, all hold the same.
    String picture = RawFacts.picture(played.pair().pair().getImage());
    pair.setImage(ByteBuffer.wrap(picture.getBytes(StandardCharsets.US_ASCII)));
    pair.setPerceptualHash(picture.substring(0, 16));
    pair.setWidth(64);
    pair.setHeight(64);
    pair.setMediaType("image/jpeg");
    pair.getMeasures().put("original_width_px", 70.0);
    pair.getMeasures().put("original_height_px", 80.0);
    return pair;
  }

  ProducerRecord<byte[], byte[]> published(Played played, PairStatus on, PreparedPair pair) {
    return named(
        TestCluster.record(pipeline.topic(on), null, pair.getPairId(), pair), played.origin());
  }

  QuarantinedPair quarantinedPair(Played played, String reason) {
    QuarantinedPair pair = PlayedPipeline.rejected(played.sent(), reason, new byte[0]);
    pair.setValue(played.pair().value(schemaId).map(ByteBuffer::wrap).orElse(null));
    pair.setKey(played.pair().key().map(ByteBuffer::wrap).orElse(null));
    pair.setRecipeVersion(preparation.recipeVersion());
    pair.setQuarantinedAt(played.arrived());
    return pair;
  }

  ProducerRecord<byte[], byte[]> quarantined(Played played, QuarantinedPair pair) {
    return named(
        TestCluster.record(cluster.topics().quarantine(), null, keyOf(played), pair),
        played.origin());
  }

  ProducerRecord<byte[], byte[]> receipt(Played played, PairStatus standing, String reason) {
    return receipt(played, standing, reason, copies.get(played.pair().pairId()));
  }

  ProducerRecord<byte[], byte[]> receipt(
      Played played, PairStatus standing, String reason, long copiesSeen) {
    return receipt(played, receiptOf(played, standing, reason, copiesSeen));
  }

  ProducerRecord<byte[], byte[]> receipt(Played played, Receipt receipt) {
    return TestCluster.record(cluster.topics().receipts(), null, keyOf(played), receipt);
  }

  Receipt receiptOf(Played played, PairStatus standing, String reason) {
    return receiptOf(played, standing, reason, copies.get(played.pair().pairId()));
  }

  private Receipt receiptOf(Played played, PairStatus standing, String reason, long copiesSeen) {
    boolean known = !played.pair().pairId().isEmpty();
    return Receipt.newBuilder()
        .setPairId(played.pair().pairId())
        .setImageDigest(played.pair().imageDigest())
        .setStanding(standing.name())
        .setReason(reason)
        .setDetail(reason.isEmpty() ? "" : "not as it should be")
        .setMeasured(reason.isEmpty() ? "" : "1 px")
        .setLimit(reason.isEmpty() ? "" : "2 px")
        .setCopies(known ? copiesSeen : 1)
        .setOrigin(played.origin())
        .setReceivedAt(known ? played.pair().pair().getReceivedAt() : played.arrived())
        .setDecidedAt(played.arrived())
        .build();
  }

  private static String keyOf(Played played) {
    return played.pair().pairId().isEmpty() ? played.at() : played.pair().pairId();
  }

  private static ProducerRecord<byte[], byte[]> named(
      ProducerRecord<byte[], byte[]> record, Origin origin) {
    OriginHeader.write(record.headers(), origin);
    return record;
  }

  private String digest(SentPair pair) {
    return RawFacts.digest(pair.value(schemaId).orElse(null));
  }

  @Override
  public void close() {
    producer.close();
    pipeline.close();
  }
}
