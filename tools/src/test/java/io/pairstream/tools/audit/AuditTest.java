package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.curation.takedown.Subject;
import io.pairstream.curation.takedown.TakedownService;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
  @AutoClose private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private Sent trained;
  private Sent other;
  private Sent validated;
  private Sent rejected;

  @BeforeEach
  void play() {
    trained = pipeline.send("image 1", "caption 1");
    pipeline.accept(trained, PairStatus.TRAINING);
    validated = pipeline.send("image 2", "caption 2");
    pipeline.accept(validated, PairStatus.VALIDATION);
    other = pipeline.send("image 1", "another caption");
    pipeline.accept(other, PairStatus.TRAINING);
    rejected = pipeline.send("image 3", "caption 3");
    pipeline.reject(rejected, "IMAGE_TOO_SMALL");
  }

  @Test
  void passesWhereEveryRecordIsInOneOutput() {
    pipeline.send("image 4", "waits");

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.passes()).isTrue();
    assertThat(report.inputs()).isEqualTo(4);
    assertThat(report.outputs())
        .containsExactly(
            Map.entry(cluster.topics().training().name(), 2L),
            Map.entry(cluster.topics().validation().name(), 1L),
            Map.entry(cluster.topics().test().name(), 0L),
            Map.entry(cluster.topics().quarantine().name(), 1L));
  }

  @Test
  void doesNotSeeAnOutputWhoseTransactionWasAborted() {
    TestCluster.sendInVain(cluster, prepared(PairStatus.TRAINING, validated, "TRAINING"));

    assertThat(new Audit(cluster).run().details()).isEmpty();
  }

  @Test
  void doesNotMissWhatIsNoRecordInTheRawTopic() {
    TestCluster.sendInVain(
        cluster,
        TestCluster.record(
            cluster.topics().crowdsourced(),
            trained.origin().getPartition(),
            trained.imageDigest(),
            trained.raw()));
    Sent after = pipeline.send("image 1", "caption after the aborted one");
    pipeline.accept(after, PairStatus.TRAINING);

    AuditReport report = new Audit(cluster).run();

    assertThat(after.origin().getPartition()).isEqualTo(trained.origin().getPartition());
    assertThat(report.details()).isEmpty();
    assertThat(report.inputs()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({"true, 2", "false, 1"})
  void excusesWhatATakedownRemoved(boolean ofImage, int pairs) {
    Subject subject =
        ofImage ? Subject.image(trained.imageDigest()) : Subject.pair(trained.pairId());
    Runnable carryOut =
        () ->
            pipeline.carryOutTakedowns(
                Map.of(trained, PairStatus.TRAINING, other, PairStatus.TRAINING));

    TakedownService.Report done =
        new TakedownService(cluster, Clock.systemUTC())
            .takeDown(
                new TakedownService.Request(
                    subject, "alice", "a private letter", Duration.ofMinutes(4), carryOut));

    assertThat(done.removed()).isEqualTo(pairs);
    AuditReport report = new Audit(cluster).run();
    assertThat(report.details()).isEmpty();
    assertThat(report.withdrawn()).isEqualTo(pairs);
  }

  @Test
  void findsEveryFaultOfAnOutput() {
    delete(PairStatus.TRAINING, trained);
    TestCluster.send(cluster, prepared(PairStatus.TRAINING, other, "TRAINING"));
    TestCluster.put(
        cluster,
        cluster.topics().quarantine(),
        rejected.pairId(),
        PlayedPipeline.rejected(rejected, "IMAGE_TOO_SMALL", new byte[0]));
    Sent foreign =
        new Sent("a".repeat(64), "b".repeat(32), trained.raw(), new Origin("another.topic", 0, 0L));
    TestCluster.send(cluster, prepared(PairStatus.TRAINING, foreign, "TRAINING"));
    pipeline.accept(pipeline.send("image 2", "a second caption"), PairStatus.TRAINING);
    pipeline.accept(pipeline.send("image 2", "caption 2"), PairStatus.VALIDATION);

    assertDifferences(
        cluster,
        Map.of(
            OriginHeader.text(trained.origin()),
            Kind.MISSING,
            OriginHeader.text(other.origin()),
            Kind.TWICE,
            OriginHeader.text(rejected.origin()),
            Kind.TWICE,
            "another.topic-0-0",
            Kind.MISPLACED,
            validated.imageDigest().substring(0, 32),
            Kind.SPLIT_LEAK,
            validated.pairId(),
            Kind.PAIR_TWICE));
  }

  @Test
  void findsAnOutputThatWasMovedToAnotherSplit() {
    TestCluster.send(cluster, moved(PairStatus.VALIDATION, trained));
    delete(PairStatus.TRAINING, trained);

    AuditReport report = new Audit(cluster).run();

    // The image's other pair is still in training, so that the move is a leak as well.
    assertThat(report.details())
        .extracting(Difference::kind)
        .containsExactlyInAnyOrder(Kind.MISPLACED, Kind.SPLIT_LEAK);
    assertThat(report.details())
        .anySatisfy(
            difference ->
                assertThat(difference.sentence())
                    .contains("says split 'TRAINING'", cluster.topics().validation().name()));
  }

  @Test
  void findsAnOutputThatWasCopiedToAnotherSplit() {
    TestCluster.send(cluster, prepared(PairStatus.TEST, validated, "TEST"));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details())
        .extracting(Difference::kind)
        .containsExactlyInAnyOrder(Kind.IN_TWO_PLACES, Kind.SPLIT_LEAK);
    assertThat(report.differences()).isEqualTo(2);
  }

  @Test
  void findsAValueThatCannotBeRead() {
    TestCluster.send(
        cluster,
        new ProducerRecord<>(
            cluster.topics().test().name(), 0, bytes("key"), new byte[] {9, 9, 9, 9, 9, 9}));

    assertDifferences(cluster, Map.of("cannot be read", Kind.UNREADABLE));
  }

  @Test
  void missesNothingThatMayBeInARecordOfAnUnknownSchema() {
    Sent unreadable = pipeline.send("image 6", "caption 6");
    ProducerRecord<byte[], byte[]> output = prepared(PairStatus.TRAINING, unreadable, "TRAINING");
    ByteBuffer.wrap(output.value()).putInt(1, 987_654);
    pipeline.transaction(unreadable, List.of(output));

    assertDifferences(cluster, Map.of("cannot be read: schema 987654 is unknown", Kind.UNREADABLE));
  }

  @Test
  void namesWhatComesFromBehindTheEndOfTheLog() {
    Sent unread = pipeline.send("image 4", "published, and its offset not committed yet");
    TestCluster.send(cluster, prepared(PairStatus.TRAINING, unread, "TRAINING"));
    Origin never =
        new Origin(unread.origin().getTopic(), unread.origin().getPartition(), 10_000_000L);
    Sent forged = new Sent(trained.imageDigest(), "f".repeat(32), trained.raw(), never);
    TestCluster.send(cluster, prepared(PairStatus.TRAINING, forged, "TRAINING"));
    Origin next =
        new Origin(never.getTopic(), never.getPartition(), unread.origin().getOffset() + 1);
    Sent entry = new Sent(rejected.imageDigest(), "e".repeat(32), rejected.raw(), next);
    TestCluster.send(
        cluster,
        TestCluster.record(
            cluster.topics().quarantine(),
            null,
            entry.pairId(),
            PlayedPipeline.rejected(entry, "IMAGE_TOO_SMALL", new byte[] {1})));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).extracting(Difference::kind).containsOnly(Kind.MISPLACED);
    assertThat(report.details())
        .extracting(Difference::sentence)
        .satisfiesExactlyInAnyOrder(
            one ->
                assertThat(one)
                    .contains(cluster.topics().training().name(), OriginHeader.text(never))
                    .endsWith("which cannot be: that log ends at " + next.getOffset()),
            one ->
                assertThat(one)
                    .contains(cluster.topics().quarantine().name(), OriginHeader.text(next)));
  }

  @Test
  void holdsPairsAgainstTheRecipeThatTheySay() {
    CleaningPlan plan = RecipeCheckTest.plan("split: {seed: 3, test-share: 0.3}");
    Sent sent = pipeline.send("image 4", "a caption of picture 4");
    PreparedPair pair =
        PreparedPair.newBuilder(RecipeCheckTest.pair(plan, 4, ""))
            .setPairId(sent.pairId())
            .setOrigin(sent.origin())
            .setSplit("TEST")
            .setCaption("exchanged")
            .build();
    pipeline.transaction(
        sent, List.of(TestCluster.record(cluster.topics().test(), null, sent.pairId(), pair)));
    Split right = plan.split().assign(pair.getImageDigest()).split();

    AuditReport report = new Audit(cluster).since(Instant.EPOCH, plan);

    assertThat(right).isNotEqualTo(Split.TEST);
    assertThat(report.otherRecipes()).isEqualTo(3);
    assertThat(report.details()).extracting(Difference::kind).containsOnly(Kind.ALTERED);
    assertThat(report.details())
        .extracting(Difference::sentence)
        .satisfiesExactly(
            split -> assertThat(split).contains("is in TEST", "belongs in " + right),
            tokens -> assertThat(tokens).contains("not those of its caption"));
    assertThat(new Audit(cluster).run().details()).isEmpty();
  }

  @Test
  void countsEqualSamplesAndNamesBoth() {
    Sent spaced = pipeline.send("image 1", "caption 1 ");
    PreparedPair pair = PlayedPipeline.prepared(spaced, PairStatus.TRAINING);
    pair.setCaption("caption 1");
    pipeline.transaction(
        spaced,
        List.of(
            TestCluster.record(cluster.topics().training(), null, spaced.pairId(), pair),
            pipeline.receipt(spaced, PairStatus.TRAINING, "")));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.passes()).isTrue();
    assertThat(report.equalSamples()).isEqualTo(1);
    assertThat(report.firstEqualSamples())
        .singleElement()
        .satisfies(
            equal ->
                assertThat(List.of(equal.pairId(), equal.sameAs()))
                    .containsExactlyInAnyOrder(trained.pairId(), spaced.pairId()));
  }

  @Test
  void sinceATimeReadsWhatCameFromThenOn() {
    Sent forgotten = pipeline.send("image 5", "caption 5");
    pipeline.transaction(forgotten, List.of());
    Instant then = timeOf(forgotten).plusMillis(1);
    while (Instant.now().isBefore(then.plusMillis(1))) {
      Await.pause();
    }
    Sent missing = pipeline.send("image 7", "caption 7");
    pipeline.transaction(missing, List.of());
    pipeline.accept(pipeline.send("image 8", "caption 8"), PairStatus.TRAINING);

    AuditReport ofAll = new Audit(cluster).run();
    AuditReport report = new Audit(cluster).since(then, NearCopies.DEFAULT);

    assertThat(ofAll.differences()).isEqualTo(2);
    assertThat(report.inputs()).isEqualTo(2);
    assertThat(report.expired()).isEqualTo(4);
    assertThat(report.details())
        .singleElement()
        .satisfies(
            difference ->
                assertThat(difference.sentence()).contains(OriginHeader.text(missing.origin())));
    assertThat(
            new Audit(cluster)
                .since(Instant.now().plus(Duration.ofDays(1)), NearCopies.DEFAULT)
                .passes())
        .isTrue();
  }

  @Test
  void doesNotMissWhatIsOnTheWay() {
    pipeline.rekey(pipeline.send("image 9", "caption 9"));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.inFlight()).isEqualTo(1);
    assertThat(report.inputs()).isEqualTo(5);
  }

  @Test
  void passesAgainAndAgainWhileRecordsFlow() throws Exception {
    List<AuditReport> reports =
        FlowingAudits.run(
            cluster,
            sent ->
                pipeline.accept(pipeline.send("flowing " + sent, "caption"), PairStatus.TRAINING));

    assertThat(reports).flatExtracting(AuditReport::details).isEmpty();
    assertThat(reports).extracting(AuditReport::inputs).isSorted();
  }

  @Test
  void countsOutputsApartWhoseRawRecordIsGone() {
    TopicPartition partition =
        new TopicPartition(trained.origin().getTopic(), trained.origin().getPartition());
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .deleteRecords(
                  Map.of(partition, RecordsToDelete.beforeOffset(trained.origin().getOffset() + 1)))
              .all());
    }

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.expired()).isEqualTo(trained.origin().getOffset() + 1);
    assertThat(report.inputs() + report.expired()).isEqualTo(4);
  }

  private Instant timeOf(Sent sent) {
    return TestCluster.committed(cluster, cluster.topics().crowdsourced().name()).stream()
        .filter(
            record ->
                record.partition() == sent.origin().getPartition()
                    && record.offset() == sent.origin().getOffset())
        .map(record -> Instant.ofEpochMilli(record.timestamp()))
        .findFirst()
        .orElseThrow();
  }

  /** Requires one difference for each name, of its kind, and no other. */
  static void assertDifferences(ClusterAccess cluster, Map<String, Kind> expected) {
    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).hasSameSizeAs(expected.keySet());
    expected.forEach(
        (named, kind) ->
            assertThat(report.details())
                .filteredOn(found -> found.kind() == kind && found.sentence().contains(named))
                .as(named)
                .hasSize(1));
    assertThat(report.differences()).isEqualTo(expected.size());
    assertThat(report.passes()).isFalse();
  }

  private void delete(PairStatus split, Sent sent) {
    TestCluster.put(cluster, pipeline.topic(split), sent.pairId(), null);
  }

  /** A record whose value is as preprocessing wrote it for training. */
  private ProducerRecord<byte[], byte[]> moved(PairStatus to, Sent sent) {
    return prepared(to, sent, "TRAINING");
  }

  private ProducerRecord<byte[], byte[]> prepared(PairStatus on, Sent sent, String split) {
    PreparedPair pair = PlayedPipeline.prepared(sent, on);
    pair.setSplit(split);
    return TestCluster.record(pipeline.topic(on), null, sent.pairId(), pair);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
