package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Audits of data sets whose near copies are looked for. */
class NearCopiesAuditTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
  @AutoClose private final PlayedPipeline pipeline = new PlayedPipeline(cluster);

  private ProducerRecord<byte[], byte[]> waiting(Sent sent, boolean still) {
    return TestCluster.record(
        cluster.topics().waitingPairs(),
        0,
        sent.imageDigest() + "/1",
        still ? WaitingPair.newBuilder().setOrigin(sent.origin()).build() : null);
  }

  private ProducerRecord<byte[], byte[]> published(
      Sent sent, PairStatus split, String hash, String group) {
    PreparedPair pair =
        PreparedPair.newBuilder(PlayedPipeline.prepared(sent, split))
            .setPerceptualHash(hash)
            .setMirroredHash(hash)
            .setPictureGroup(group)
            .build();
    return TestCluster.record(pipeline.topic(split), null, sent.pairId(), pair);
  }

  private Sent publish(String image, PairStatus split, String hash, boolean lookedUp) {
    Sent sent = pipeline.send(image, "a caption");
    pipeline.transaction(
        sent, List.of(published(sent, split, hash, lookedUp ? sent.imageDigest() : "")));
    return sent;
  }

  private static void assertOnlyDifference(AuditReport report, Kind kind, String... words) {
    assertThat(report.details()).extracting(Difference::kind).containsExactly(kind);
    assertThat(report.details().get(0).sentence()).contains(words);
  }

  @Test
  void aPairThatWaitsIsNotLost() {
    Sent sent = pipeline.send("a", "a caption");
    pipeline.transaction(sent, List.of(waiting(sent, true)));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.waiting()).isEqualTo(1);
    assertThat(report.inputs()).isEqualTo(1);
  }

  @Test
  void aPairThatWaitedAndIsInNoOutputIsLost() {
    Sent sent = pipeline.send("a", "a caption");
    pipeline.transaction(sent, List.of(waiting(sent, true)));
    TestCluster.send(cluster, waiting(sent, false));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).extracting(Difference::kind).containsExactly(Kind.MISSING);
    assertThat(report.waiting()).isZero();
  }

  @Test
  void aPairThatIsPublishedAndStillWaitsIsInTwoPlaces() {
    Sent sent = pipeline.send("a", "a caption");
    pipeline.transaction(
        sent, List.of(waiting(sent, true), published(sent, PairStatus.TRAINING, "", "")));

    AuditReport report = new Audit(cluster).run();

    assertOnlyDifference(
        report,
        Kind.IN_TWO_PLACES,
        OriginHeader.text(sent.origin()) + " is in an output and still waits");
  }

  @Test
  void aTransactionThatDecidesMayBecomeReadableInTheOutputFirst() {
    Sent sent = pipeline.send("a", "a caption");
    pipeline.transaction(
        sent, List.of(waiting(sent, true), published(sent, PairStatus.TRAINING, "", "")));

    assertSettledBy(waiting(sent, false));
  }

  @Test
  void aTransactionThatSupersedesMayBecomeReadableInQuarantineFirst() {
    Sent sent = pipeline.send("a", "a caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    pipeline.reject(sent, "NEAR_COPY");

    assertSettledBy(
        TestCluster.record(pipeline.topic(PairStatus.TRAINING), null, sent.pairId(), null));
  }

  /** Another look is enough once that is readable, which is written already. */
  private void assertSettledBy(ProducerRecord<byte[], byte[]> record) {
    AtomicInteger looks = new AtomicInteger();
    try (KafkaProducer<byte[], byte[]> slow = TestCluster.producer(cluster, "-slow");
        Admin admin = cluster.admin()) {
      slow.beginTransaction();
      TestCluster.acknowledged(slow.send(record));
      Runnable commit =
          () -> {
            if (looks.incrementAndGet() == 1) {
              slow.commitTransaction();
              TestCluster.awaitMarkers(admin, cluster, "-slow");
            }
          };

      assertThat(new Audit(cluster, commit).run().details()).isEmpty();
    }
    assertThat(looks).hasValue(1);
  }

  /** Does something as soon as records of a topic are read. */
  public static final class OnceRead implements ConsumerInterceptor<byte[], byte[]> {

    private static final AtomicReference<Runnable> MEANWHILE = new AtomicReference<>();
    private static String topic = "";

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      if (records.records(topic).iterator().hasNext()) {
        Optional.ofNullable(MEANWHILE.getAndSet(null)).ifPresent(Runnable::run);
      }
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> settings) {}
  }

  @Test
  void whatIsDecidedBetweenTheReadingOfWaitingPairsAndOfOutputsIsSettledAtOnce() {
    Sent sent = pipeline.send("a", "a caption");
    pipeline.transaction(sent, List.of(waiting(sent, true)));
    OnceRead.topic = cluster.topics().waitingPairs().name();
    OnceRead.MEANWHILE.set(
        () ->
            pipeline.transaction(
                sent, List.of(waiting(sent, false), published(sent, PairStatus.TRAINING, "", ""))));
    ClusterAccess watched =
        new ClusterAccess(
            KAFKA.cluster(cluster, Map.of("interceptor.classes", OnceRead.class.getName())));

    AuditReport report = new Audit(watched, () -> fail("nothing is open")).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.waiting()).isZero();
    assertThat(OnceRead.MEANWHILE).hasNullValue();
  }

  @Test
  void pairsThatAreDecidedMeanwhileAreNeitherLostNorInTwoPlaces() throws Exception {
    Deque<Sent> waiting = new ArrayDeque<>();

    List<AuditReport> reports =
        FlowingAudits.run(
            cluster,
            number -> {
              Sent sent = pipeline.send("flowing " + number, "a caption");
              List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
              records.add(waiting(sent, true));
              if (!waiting.isEmpty()) {
                records.add(waiting(waiting.peek(), false));
                records.add(published(waiting.remove(), PairStatus.TRAINING, "", ""));
              }
              waiting.add(sent);
              pipeline.transaction(sent, records);
            });

    assertThat(reports).flatExtracting(AuditReport::details).isEmpty();
  }

  @Test
  void nearCopiesInTwoSplitsAreDifferencesOnlyWhereBothWereLookedUp() {
    Sent first = publish("a", PairStatus.TRAINING, "0000000000000000", true);
    Sent copy = publish("b", PairStatus.TEST, "0000000000000003", true);
    publish("c", PairStatus.VALIDATION, "ffffffffffffffff", false);
    publish("d", PairStatus.TRAINING, "fffffffffffffffe", true);

    AuditReport report = new Audit(cluster).run();

    assertOnlyDifference(
        report,
        Kind.SPLIT_LEAK,
        first.imageDigest(),
        copy.imageDigest(),
        "2 of 64 bits differ",
        cluster.topics().test().name());
    assertThat(report.nearCopies().count()).isEqualTo(2);
    assertThat(report.nearCopies().first()).hasSize(2);
  }

  /** Whichever of the two is mirrored to compare them: the other way round these are far apart. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mirroredCopiesInTwoSplitsAreADifference(boolean held) {
    Sent one = pipeline.send("a", "a caption");
    Sent other = pipeline.send("b", "a caption");
    PreparedPair mirrored =
        PreparedPair.newBuilder(PlayedPipeline.prepared(other, PairStatus.TRAINING))
            .setPerceptualHash("0f0f0f0f0f0f0f0f")
            .setMirroredHash("ffff00000000000f")
            .setPictureGroup(other.imageDigest())
            .build();
    PairStatus in = held ? PairStatus.TEST : PairStatus.TRAINING;
    PairStatus elsewhere = held ? PairStatus.TRAINING : PairStatus.TEST;
    mirrored.setSplit(in.name());
    pipeline.transaction(
        one, List.of(published(one, elsewhere, "ffff000000000000", one.imageDigest())));
    pipeline.transaction(
        other, List.of(TestCluster.record(pipeline.topic(in), null, other.pairId(), mirrored)));

    AuditReport report = new Audit(cluster).run();

    assertOnlyDifference(report, Kind.SPLIT_LEAK, "4 of 64 bits differ");
  }

  @Test
  void aGroupOfNearCopiesIsInOneSplit() {
    Sent first = publish("a", PairStatus.TRAINING, "0000000000000000", true);
    Sent far = pipeline.send("b", "a caption");
    pipeline.transaction(
        far, List.of(published(far, PairStatus.TEST, "00000000ffffffff", first.imageDigest())));

    AuditReport report = new Audit(cluster).run();

    assertOnlyDifference(
        report, Kind.SPLIT_LEAK, first.imageDigest(), cluster.topics().training().name() + " and ");
    assertThat(report.nearCopies().count()).isZero();
  }
}
