package io.pairstream.service.cluster;

import io.pairstream.schemas.Header;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Plays the topology's part by hand: raw records in, one output each in a transaction. */
public final class PlayedPipeline implements AutoCloseable {

  private static final Measurement TOO_SMALL =
      new Measurement("shorter_side_px", 1d, "AT_LEAST", 2d, "px", "", "", Map.of());

  public static final Instant RECEIVED = Instant.ofEpochMilli(1_700_000_000_000L);

  private static final String TRANSACTIONS = "-topology";

  private final ClusterAccess cluster;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;

  /** Reads nothing; stands for the group in whose name offsets are committed. */
  private final KafkaConsumer<byte[], byte[]> group;

  public PlayedPipeline(ClusterAccess cluster) {
    this.cluster = cluster;
    this.admin = cluster.admin();
    this.producer = TestCluster.producer(cluster, TRANSACTIONS);
    this.group = cluster.consumer(Map.of("group.id", cluster.dataset().preprocessGroup()));
  }

  /** One raw record, as it stands on its topic. */
  public record Sent(String imageDigest, String pairId, RawPair raw, Origin origin) {}

  /** Puts a pair on {@code crowdsourced}. */
  public Sent send(String image, String caption) {
    RawPair raw =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(image.getBytes(StandardCharsets.UTF_8)))
            .setCaption(caption)
            .setMetadata(PairMetadata.newBuilder().setReceivedAt(RECEIVED).build())
            .build();
    String digest = PairIdentity.imageDigest(raw.getImage());
    RecordMetadata at =
        TestCluster.send(
            cluster, TestCluster.record(cluster.topics().crowdsourced(), null, digest, raw));
    return new Sent(
        digest,
        PairIdentity.pairId(digest, caption),
        raw,
        new Origin(at.topic(), at.partition(), at.offset()));
  }

  /** The output of an accepted pair. */
  public static PreparedPair prepared(Sent sent, PairStatus split) {
    return PreparedPair.newBuilder()
        .setPairId(sent.pairId())
        .setImageDigest(sent.imageDigest())
        .setCaption(sent.raw().getCaption())
        .setSplit(split.name())
        .setOrigin(sent.origin())
        .build();
  }

  /** The output of a rejected pair. */
  public static QuarantinedPair rejected(Sent sent, String reason, byte[] value) {
    return QuarantinedPair.newBuilder()
        .setPairId(sent.pairId())
        .setImageDigest(sent.imageDigest())
        .setValue(ByteBuffer.wrap(value))
        .setProducer(sent.raw().getMetadata().getProducer())
        .setStep("gate")
        .setReason(reason)
        .setDetail("not as it should be")
        .setMeasured(TOO_SMALL)
        .setOrigin(sent.origin())
        .build();
  }

  public void accept(Sent sent, PairStatus split) {
    transaction(
        sent,
        List.of(
            TestCluster.record(topic(split), null, sent.pairId(), prepared(sent, split)),
            receipt(sent, split, "")));
  }

  public void reject(Sent sent, String reason) {
    byte[] value =
        cluster
            .topics()
            .crowdsourced()
            .value()
            .serializer()
            .serialize(cluster.topics().crowdsourced().name(), sent.raw());
    transaction(
        sent,
        List.of(
            TestCluster.record(
                cluster.topics().quarantine(), null, sent.pairId(), rejected(sent, reason, value)),
            receipt(sent, PairStatus.QUARANTINED, reason)));
  }

  /**
   * Rejects a pair whose raw record was as large as one may be, so that the headers of a replay
   * make it larger. The name of its own header takes more bytes than it has characters.
   */
  public void rejectLargest(Sent sent, String reason) {
    byte[] value = new byte[RecordSizes.MAX_RAW_RECORD - 500];
    QuarantinedPair entry = rejected(sent, reason, value);
    entry.setHeaders(List.of(new Header("\u00e9".repeat(200), ByteBuffer.allocate(0))));
    transaction(
        sent,
        List.of(
            TestCluster.record(cluster.topics().quarantine(), null, sent.pairId(), entry),
            receipt(sent, PairStatus.QUARANTINED, reason)));
  }

  /**
   * Carries out the takedowns that there are: of these published pairs, those that one names are
   * removed.
   *
   * @return ids of the pairs that were removed
   */
  public Set<String> carryOutTakedowns(Map<Sent, PairStatus> published) {
    Set<String> removed = new TreeSet<>();
    Map<TopicPartition, Stretch> takedowns;
    try (CommittedLog log = CommittedLog.open(cluster)) {
      takedowns = log.everything(log.partitions(cluster.topics().takedowns().name()));
      log.read(
          takedowns,
          record -> {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            published.forEach(
                (sent, split) -> {
                  if (record.value() != null && key.equals("PAIR/" + sent.pairId())) {
                    removed.add(sent.pairId());
                    TestCluster.put(cluster, topic(split), sent.pairId(), null);
                    TestCluster.send(cluster, receipt(sent, PairStatus.WITHDRAWN, ""));
                  }
                });
            return true;
          });
    }
    takedowns.forEach(
        (partition, read) ->
            TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), partition, read.to()));
    return removed;
  }

  /** Plays the graph of the index: enters all that the splits hold now. */
  public void index() {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.read(
          log.everything(log.partitions(cluster.topics().splits().keySet())),
          record -> {
            PairStatus split = cluster.topics().splits().get(record.topic());
            IndexedPair entry =
                cluster
                    .topics()
                    .training()
                    .decode(record.value())
                    .map(pair -> IndexedPairs.entry(pair, split, record))
                    .orElse(null);
            TestCluster.put(cluster, cluster.topics().index(), CommittedLog.key(record), entry);
            return true;
          });
    }
  }

  /** Sends a raw record on to the repartition topic. */
  public void rekey(Sent sent) {
    ProducerRecord<byte[], byte[]> onTheWay =
        new ProducerRecord<>(
            TopicCatalogue.repartitionTopic(cluster.dataset()), 0, null, new byte[] {1});
    OriginHeader.write(onTheWay.headers(), sent.origin());
    transaction(sent, List.of(onTheWay));
  }

  /** Commits a raw record with these outputs, and returns once everybody can see that. */
  public void transaction(Sent sent, List<ProducerRecord<byte[], byte[]>> outputs) {
    producer.beginTransaction();
    outputs.forEach(output -> TestCluster.acknowledged(producer.send(output)));
    producer.sendOffsetsToTransaction(
        Map.of(
            new TopicPartition(sent.origin().getTopic(), sent.origin().getPartition()),
            new OffsetAndMetadata(sent.origin().getOffset() + 1)),
        group.groupMetadata());
    producer.commitTransaction();
    TestCluster.awaitMarkers(admin, cluster, TRANSACTIONS);
  }

  /** A receipt for the pair. */
  public ProducerRecord<byte[], byte[]> receipt(Sent sent, PairStatus status, String reason) {
    return receipt(sent, sent.pairId(), sent, status, reason);
  }

  /**
   * A receipt that is written for one raw record, and says of a pair where it stands.
   *
   * @param answered the raw record for which it is written
   * @param key the pair's id, or the coordinates of its record
   */
  public ProducerRecord<byte[], byte[]> receipt(
      Sent answered, String key, Sent sent, PairStatus status, String reason) {
    Receipt receipt =
        Receipt.newBuilder()
            .setPairId(sent.pairId())
            .setImageDigest(sent.imageDigest())
            .setStatus(status.name())
            .setReason(reason)
            .setDetail(reason.isEmpty() ? "" : "not as it should be")
            .setMeasured(reason.isEmpty() ? null : TOO_SMALL)
            .setOrigin(sent.origin())
            .setReceivedAt(RECEIVED)
            .setArrivedAt(Instant.now())
            .setDecidedAt(Instant.now())
            .build();
    ProducerRecord<byte[], byte[]> record =
        TestCluster.record(cluster.topics().receipts(), null, key, receipt);
    OriginHeader.write(record.headers(), answered.origin());
    return record;
  }

  public Topic<PreparedPair> topic(PairStatus split) {
    return topic(cluster, split);
  }

  /** The output of a split. */
  public static Topic<PreparedPair> topic(ClusterAccess cluster, PairStatus split) {
    return switch (split) {
      case TRAINING -> cluster.topics().training();
      case VALIDATION -> cluster.topics().validation();
      case TEST -> cluster.topics().test();
      default -> throw new IllegalArgumentException(split + " is no split");
    };
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
    group.close();
  }
}
