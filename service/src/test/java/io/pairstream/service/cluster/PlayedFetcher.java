package io.pairstream.service.cluster;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Plays the fetcher's part by hand: links in, one output each in a transaction. */
public final class PlayedFetcher implements AutoCloseable {

  private static final String TRANSACTIONS = "-fetcher";

  private final ClusterAccess cluster;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> group;
  private final Map<TopicPartition, TreeSet<Long>> finished = new HashMap<>();

  public PlayedFetcher(ClusterAccess cluster) {
    this.cluster = cluster;
    this.producer = TestCluster.producer(cluster, TRANSACTIONS);
    this.admin = cluster.admin();
    this.group = cluster.consumer(Map.of("group.id", cluster.dataset().fetchGroup()));
  }

  /** One link, as it stands on its topic. */
  public record Sent(String host, PairLink link, Origin origin) {}

  /** Puts a link on its topic. */
  public Sent send(String host, String name) {
    PairLink link =
        PairLink.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setUrl("http://" + host + "/" + name).build())
            .setCaption("caption of " + name)
            .build();
    RecordMetadata at =
        TestCluster.send(cluster, TestCluster.record(cluster.topics().links(), null, host, link));
    return new Sent(host, link, new Origin(at.topic(), at.partition(), at.offset()));
  }

  /** The raw pair of a link. */
  public ProducerRecord<byte[], byte[]> pair(Sent sent) {
    RawPair raw =
        RawPair.newBuilder()
            .setImage(
                ByteBuffer.wrap(
                    sent.link().getMetadata().getUrl().getBytes(StandardCharsets.UTF_8)))
            .setCaption(sent.link().getCaption())
            .build();
    ProducerRecord<byte[], byte[]> record =
        TestCluster.record(
            cluster.topics().scraped(), null, PairIdentity.imageDigest(raw.getImage()), raw);
    LinkHeaders.writeLink(record.headers(), sent.origin());
    return record;
  }

  /** The record in quarantine of a link. */
  public ProducerRecord<byte[], byte[]> rejected(Sent sent, String reason) {
    byte[] value =
        cluster
            .topics()
            .links()
            .value()
            .serializer()
            .serialize(cluster.topics().links().name(), sent.link());
    return TestCluster.record(
        cluster.topics().quarantine(),
        null,
        OriginHeader.text(sent.origin()),
        QuarantinedPair.newBuilder()
            .setValue(ByteBuffer.wrap(value))
            .setKey(ByteBuffer.wrap(sent.host().getBytes(StandardCharsets.UTF_8)))
            .setStep("fetch")
            .setReason(reason)
            .setDetail("the host says no")
            .setOrigin(sent.origin())
            .build());
  }

  /** The record that lets a link wait. */
  public ProducerRecord<byte[], byte[]> waiting(Sent sent) {
    return TestCluster.record(
        cluster.topics().waitingLinks(),
        null,
        sent.host(),
        WaitingLink.newBuilder().setOrigin(sent.origin()).setAttempts(1).build());
  }

  public void reject(Sent sent, String reason) {
    transaction(sent.origin(), List.of(rejected(sent, reason)));
  }

  /** Lets a link wait; gives the coordinates of the record that does. */
  public Origin letWait(Sent sent) {
    return transaction(sent.origin(), List.of(waiting(sent))).get(0);
  }

  /** Commits these outputs with the one record as finished; gives their coordinates. */
  public List<Origin> transaction(Origin record, List<ProducerRecord<byte[], byte[]>> outputs) {
    producer.beginTransaction();
    List<Origin> written = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> output : outputs) {
      RecordMetadata at = TestCluster.acknowledged(producer.send(output));
      written.add(new Origin(at.topic(), at.partition(), at.offset()));
    }
    TopicPartition partition = new TopicPartition(record.getTopic(), record.getPartition());
    TreeSet<Long> all = finished.computeIfAbsent(partition, unused -> new TreeSet<>());
    all.add(record.getOffset());
    long low = 0;
    while (all.contains(low)) {
      low++;
    }
    BitSet above = new BitSet();
    for (long offset : all.tailSet(low)) {
      above.set((int) (offset - low));
    }
    FinishedOffsets offsets = new FinishedOffsets(low, above);
    producer.sendOffsetsToTransaction(
        Map.of(partition, new OffsetAndMetadata(offsets.low(), offsets.metadata())),
        group.groupMetadata());
    producer.commitTransaction();
    TestCluster.awaitMarkers(admin, cluster, TRANSACTIONS);
    return written;
  }

  @Override
  public void close() {
    producer.close();
    group.close();
    admin.close();
  }
}
