package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.load.Site;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Plays producers and preprocessing by hand, as they are when nothing goes wrong. */
final class PlayedHistory implements AutoCloseable {

  /** Notes of the producers. */
  final List<LedgerEntry> ledger = new ArrayList<>();

  private final ClusterAccess cluster;
  private final PlayedPipeline pipeline;
  private final KafkaProducer<byte[], byte[]> producer;
  private final int schemaId;
  private final CleaningPlan plan = Verifier.recipe();
  private final Map<String, Long> copies = new TreeMap<>();

  PlayedHistory(ClusterAccess cluster) {
    this.cluster = cluster;
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

    private String key() {
      return pair.pairId().isEmpty() ? at() : pair.pairId();
    }
  }

  /** Sends a record and notes the acknowledgement. */
  Played send(SentPair pair) {
    Played played = sendUnnoted(pair);
    ledger.add(LedgerEntry.acknowledged(pair, digest(pair), Site.of(played.origin())));
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
                    pair.key(),
                    pair.value(schemaId))));
    copies.merge(pair.pairId(), 1L, Long::sum);
    Origin origin = new Origin(at.topic(), at.partition(), at.offset());
    return new Played(
        pair,
        new Sent(pair.imageDigest(), pair.pairId(), pair.pair(), origin),
        Instant.ofEpochMilli(at.timestamp()));
  }

  String digest(SentPair pair) {
    return SentPair.digest(pair.value(schemaId));
  }

  /** Where the recipe puts a pair. */
  PairStatus rightSplit(SentPair pair) {
    return PairStatus.valueOf(plan.split().assign(pair.imageDigest()).split().name());
  }

  void publish(Played played) {
    publish(played, prepared(played), receipt(played, rightSplit(played.pair()), ""));
  }

  void publish(Played played, PreparedPair pair, Receipt receipt) {
    transaction(played, published(played, pair), record(played, receipt));
  }

  void reject(Played played, String reason) {
    reject(played, quarantined(played, reason), receipt(played, PairStatus.QUARANTINED, reason));
  }

  void reject(Played played, QuarantinedPair pair, Receipt receipt) {
    transaction(played, record(played, pair), record(played, receipt));
  }

  /** Rejects a copy of a published pair, whose receipt goes on naming the first. */
  void rejectCopy(Played copy, Played first) {
    reject(copy, quarantined(copy, "DUPLICATE_PAIR"), receipt(first, rightSplit(first.pair()), ""));
  }

  @SafeVarargs
  final void transaction(Played played, ProducerRecord<byte[], byte[]>... outputs) {
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> output : outputs) {
      all.add(output);
    }
    pipeline.transaction(played.sent(), all);
  }

  ProducerRecord<byte[], byte[]> published(Played played, PreparedPair pair) {
    return published(played, rightSplit(played.pair()), pair);
  }

  ProducerRecord<byte[], byte[]> published(Played played, PairStatus on, PreparedPair pair) {
    return named(
        TestCluster.record(pipeline.topic(on), null, pair.getPairId(), pair), played.origin());
  }

  ProducerRecord<byte[], byte[]> record(Played played, QuarantinedPair pair) {
    return named(
        TestCluster.record(cluster.topics().quarantine(), null, played.key(), pair),
        played.origin());
  }

  ProducerRecord<byte[], byte[]> record(Played played, Receipt receipt) {
    return TestCluster.record(cluster.topics().receipts(), null, played.key(), receipt);
  }

  /** The output of an accepted pair; all of one picture hold the same. */
  PreparedPair prepared(Played played) {
    RawPair raw = played.pair().pair();
    PreparedPair pair = PlayedPipeline.prepared(played.sent(), rightSplit(played.pair()));
    pair.setLanguage(raw.getLanguage());
    pair.getMetadata().setSourceKind(raw.getMetadata().getSourceKind());
    pair.getMetadata().setContributor(raw.getMetadata().getContributor());
    pair.getMetadata().setLicence(raw.getMetadata().getLicence());
    pair.getMetadata().setLabels(raw.getMetadata().getLabels());
    pair.getMetadata().setReceivedAt(raw.getMetadata().getReceivedAt());
    pair.setPreparedAt(played.arrived());
    pair.setRecipeVersion(plan.version());
    pair.setPictureGroup(played.pair().imageDigest());
    pair.setImage(
        ByteBuffer.wrap(Inputs.picture(raw.getImage()).getBytes(StandardCharsets.US_ASCII)));
    return pair;
  }

  QuarantinedPair quarantined(Played played, String reason) {
    byte[] value = played.pair().value(schemaId);
    byte[] key = played.pair().key();
    QuarantinedPair pair = PlayedPipeline.rejected(played.sent(), reason, new byte[0]);
    pair.setValue(value == null ? null : ByteBuffer.wrap(value));
    pair.setKey(key == null ? null : ByteBuffer.wrap(key));
    pair.setRecipeVersion(plan.version());
    pair.setQuarantinedAt(played.arrived());
    return pair;
  }

  Receipt receipt(Played played, PairStatus status, String reason) {
    boolean known = !played.pair().pairId().isEmpty();
    return Receipt.newBuilder()
        .setPairId(played.pair().pairId())
        .setImageDigest(played.pair().imageDigest())
        .setStatus(status.name())
        .setReason(reason)
        .setDetail(reason.isEmpty() ? "" : "not as it should be")
        .setMeasured(
            reason.isEmpty()
                ? null
                : new Measurement("", 0d, "NONE", 0d, "", "CMYK", "RGB", Map.of()))
        .setCopies(known ? copies.get(played.pair().pairId()) : 1)
        .setOrigin(played.origin())
        .setReceivedAt(
            known ? played.pair().pair().getMetadata().getReceivedAt() : played.arrived())
        .setArrivedAt(played.arrived())
        .setDecidedAt(played.arrived())
        .build();
  }

  private static ProducerRecord<byte[], byte[]> named(
      ProducerRecord<byte[], byte[]> record, Origin origin) {
    OriginHeader.write(record.headers(), origin);
    return record;
  }

  @Override
  public void close() {
    producer.close();
    pipeline.close();
  }
}
