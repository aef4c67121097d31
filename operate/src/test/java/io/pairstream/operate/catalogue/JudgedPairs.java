package io.pairstream.operate.catalogue;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.LabelRule;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.table.TopicTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;

/** Writes what the topology would write, many records at once and without transactions. */
public final class JudgedPairs implements AutoCloseable {

  private static final Instant RECEIVED = Instant.parse("2026-11-20T10:00:00Z");

  private final ClusterAccess cluster;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();
  private long nextOffset;

  public JudgedPairs(ClusterAccess cluster) {
    this.cluster = cluster;
    this.producer = TestCluster.producer(cluster, "");
  }

  /** A new data set with the topics that this writes and the catalogue reads. */
  public static ClusterAccess dataset(TestCluster kafka, int partitions) {
    return kafka.dataset(
        partitions,
        TopicCatalogue.TRAINING,
        TopicCatalogue.VALIDATION,
        TopicCatalogue.TEST,
        TopicCatalogue.INDEX,
        TopicCatalogue.QUARANTINE,
        TopicCatalogue.RECEIPTS,
        TopicCatalogue.UPLOADS,
        TopicCatalogue.TAKEDOWNS,
        TopicCatalogue.REVIEWS,
        TopicCatalogue.ACTIONS,
        TopicCatalogue.PAIR_ANSWERS,
        TopicCatalogue.RECIPES,
        TopicCatalogue.CROWDSOURCED,
        TopicCatalogue.GENERATED);
  }

  /** A raw pair of these words, whose image is its own caption's bytes. */
  /** The catalogue of a data set, with folds beside those of pairs and of answers. */
  public static TopicTable catalogue(ClusterAccess cluster, Path folder, CatalogueFold... further) {
    List<CatalogueFold> folds = new ArrayList<>(List.of(further));
    folds.add(new PairIndex(cluster.topics()));
    folds.add(new AnswerIndex(cluster.topics()));
    return Catalogue.open(cluster, folds, folder, Clock.systemUTC());
  }

  public static RawPair raw(String caption, String source, String contributor) {
    return raw(caption.getBytes(StandardCharsets.UTF_8), caption, source, contributor);
  }

  public static RawPair raw(byte[] image, String caption, String source, String contributor) {
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(image))
        .setCaption(caption)
        .setMetadata(
            PairMetadata.newBuilder()
                .setSourceKind(source)
                .setContributor(contributor)
                .setUrl("https://pictures.test/" + Integer.toHexString(caption.hashCode()))
                .setLicence("CC0-1.0")
                .setReceivedAt(RECEIVED)
                .build())
        .build();
  }

  public static String pairId(RawPair raw) {
    return PairIdentity.pairId(PairIdentity.imageDigest(raw.getImage()), raw.getCaption());
  }

  /** Accepts a pair; returns its id. */
  public String accept(RawPair raw, PairStatus split) {
    return accept(raw, split, nextOrigin());
  }

  public String accept(RawPair raw, PairStatus split, Origin origin) {
    PreparedPair pair = prepared(raw, split, origin).build();
    publish(pair, split);
    send(cluster.topics().receipts(), pair.getPairId(), receipt(raw, split, "", origin));
    return pair.getPairId();
  }

  /** Puts a pair on its split, and an entry for it into the index. */
  public void publish(PreparedPair pair, PairStatus split) {
    Topic<PreparedPair> topic = PlayedPipeline.topic(cluster, split);
    RecordMetadata at =
        TestCluster.acknowledged(
            producer.send(TestCluster.record(topic, null, pair.getPairId(), pair)));
    IndexedPair entry =
        IndexedPairs.entry(
            pair,
            split,
            at.partition(),
            at.offset(),
            at.serializedValueSize(),
            Instant.ofEpochMilli(at.timestamp()));
    send(cluster.topics().index(), pair.getPairId(), entry);
  }

  /**
   * Takes a pair from its split, and out of the index.
   *
   * @param headers of both tombstones
   */
  public void remove(PairStatus split, String pairId, Header... headers) {
    for (Topic<?> topic : List.of(PlayedPipeline.topic(cluster, split), cluster.topics().index())) {
      ProducerRecord<byte[], byte[]> tombstone = TestCluster.record(topic, null, pairId, null);
      List.of(headers).forEach(tombstone.headers()::add);
      send(tombstone);
    }
  }

  public static PreparedPair.Builder prepared(RawPair raw, PairStatus split, Origin origin) {
    return PreparedPair.newBuilder()
        .setPairId(pairId(raw))
        .setImageDigest(PairIdentity.imageDigest(raw.getImage()))
        .setImage(raw.getImage())
        .setCaption(raw.getCaption())
        .setSplit(split.name())
        .setMetadata(
            PairMetadata.newBuilder()
                .setSourceKind(raw.getMetadata().getSourceKind())
                .setContributor(raw.getMetadata().getContributor())
                .setProducer(raw.getMetadata().getProducer())
                .setUrl(raw.getMetadata().getUrl())
                .setLicence(raw.getMetadata().getLicence())
                .setLabels(LabelRule.cleaned(raw.getMetadata().getLabels()))
                .setReceivedAt(raw.getMetadata().getReceivedAt())
                .build())
        .setMeasures(Map.of("sharpness", 12.5, "original_width_px", 640.0))
        .setRecipeVersion("0123456789abcdef")
        .setOrigin(origin)
        .setPreparedAt(raw.getMetadata().getReceivedAt().plusSeconds(1));
  }

  /** Rejects a pair; returns the coordinates of the raw record. */
  public Origin reject(RawPair raw, String reason) {
    Origin origin = nextOrigin();
    reject(raw, reason, origin);
    send(
        cluster.topics().receipts(),
        pairId(raw),
        receipt(raw, PairStatus.QUARANTINED, reason, origin));
    return origin;
  }

  /** The record of a pair that was rejected, and no receipt: so is a copy. */
  public void reject(RawPair raw, String reason, Origin origin) {
    send(cluster.topics().quarantine(), pairId(raw), rejected(raw, reason, origin).build());
  }

  public QuarantinedPair.Builder rejected(RawPair raw, String reason, Origin origin) {
    String topic = cluster.topics().crowdsourced().name();
    return QuarantinedPair.newBuilder()
        .setPairId(pairId(raw))
        .setProducer(raw.getMetadata().getProducer())
        .setImageDigest(PairIdentity.imageDigest(raw.getImage()))
        .setValue(
            ByteBuffer.wrap(
                cluster.topics().crowdsourced().value().serializer().serialize(topic, raw)))
        .setStep("gate")
        .setReason(reason)
        .setDetail("32x32: shorter side is below 64 px")
        .setMeasured(
            new Measurement("shorter_side_px", 32d, "AT_LEAST", 64d, "px", "", "", Map.of()))
        .setRecipeVersion("0123456789abcdef")
        .setOrigin(origin)
        .setQuarantinedAt(raw.getMetadata().getReceivedAt().plusSeconds(1));
  }

  public void takeDown(String kind, String subject) {
    send(
        cluster.topics().takedowns(),
        TakedownKind.valueOf(kind).key(subject),
        Takedown.newBuilder().setKind(kind).setSubject(subject).build());
  }

  public void lift(String kind, String subject) {
    send(cluster.topics().takedowns(), TakedownKind.valueOf(kind).key(subject), null);
  }

  public static Receipt receipt(RawPair raw, PairStatus status, String reason, Origin origin) {
    return Receipt.newBuilder()
        .setPairId(pairId(raw))
        .setImageDigest(PairIdentity.imageDigest(raw.getImage()))
        .setProducer(raw.getMetadata().getProducer())
        .setStatus(status.name())
        .setReason(reason)
        .setOrigin(origin)
        .setReceivedAt(raw.getMetadata().getReceivedAt())
        .setArrivedAt(raw.getMetadata().getReceivedAt())
        .setDecidedAt(raw.getMetadata().getReceivedAt().plusSeconds(3600))
        .build();
  }

  public <T> void send(Topic<T> topic, String key, T value) {
    send(TestCluster.record(topic, null, key, value));
  }

  public void send(ProducerRecord<byte[], byte[]> record) {
    sent.add(producer.send(record));
  }

  /** Waits until the broker has all. */
  public void await() {
    sent.forEach(TestCluster::acknowledged);
    sent.clear();
  }

  /** As {@link #await}, and until the catalogue has read it. */
  public void await(TopicTable catalogue) {
    await();
    catalogue.reachedNow().join();
  }

  public Origin nextOrigin() {
    return new Origin(cluster.topics().crowdsourced().name(), 0, nextOffset++);
  }

  @Override
  public void close() {
    producer.close();
  }
}
