package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.review.ReviewDecision;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.review.ReviewDesk;
import io.pairstream.curation.review.ReviewResult;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whether a person let a pair in that says so. */
class ReviewedPairsTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final String NO_REVIEW = "0f8fad5b-d9cb-469f-a165-70867728950e";
  private static final Actor ANN = new Actor("ann", "");

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
  @AutoClose private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private Sent small;

  @BeforeEach
  void play() {
    small = pipeline.send("image 1", "a small picture");
    pipeline.reject(small, "IMAGE_TOO_SMALL");
  }

  /** Returns once the review can be read. */
  private ReviewResult accept() {
    ReviewResult accepted = decide();
    assertThat(TestCluster.committed(cluster, cluster.topics().reviews().name())).isNotEmpty();
    return accepted;
  }

  private ReviewResult decide() {
    return new ReviewDesk(cluster, "quarantine.review", Clock.systemUTC())
        .decide(
            List.of(small.pairId()),
            new ReviewDecision(Decision.ACCEPTED, "", "good enough", false, ANN),
            false)
        .get(0);
  }

  private Sent replayOf(Sent sent) {
    List<ConsumerRecord<byte[], byte[]>> records =
        TestCluster.committed(cluster, cluster.topics().crowdsourced().name());
    ConsumerRecord<byte[], byte[]> last = records.get(records.size() - 1);
    return new Sent(
        sent.imageDigest(),
        sent.pairId(),
        sent.raw(),
        new Origin(last.topic(), last.partition(), last.offset()));
  }

  /** A raw record with claims that only its producer makes. */
  private Sent claim(RawPair raw, Sent as, String reviewId, String... waived) {
    ProducerRecord<byte[], byte[]> record =
        TestCluster.record(cluster.topics().crowdsourced(), null, as.imageDigest(), raw);
    new Replay(small.origin(), reviewId, List.of(waived)).write(record.headers());
    RecordMetadata at = TestCluster.send(cluster, record);
    return new Sent(
        as.imageDigest(), as.pairId(), raw, new Origin(at.topic(), at.partition(), at.offset()));
  }

  private void publish(Sent sent, String reviewId, String... waived) {
    PreparedPair prepared =
        PreparedPair.newBuilder(PlayedPipeline.prepared(sent, PairStatus.TRAINING))
            .setReviewId(reviewId)
            .setWaived(List.of(waived))
            .build();
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(cluster.topics().training(), null, sent.pairId(), prepared),
            pipeline.receipt(sent, PairStatus.TRAINING, "")));
  }

  private List<Difference> differences() {
    return new Audit(cluster).run().details();
  }

  @Test
  void pairThatAPersonLetInIsAsItShouldBe() {
    ReviewResult accepted = accept();
    publish(replayOf(small), accepted.reviewId());

    assertThat(differences()).isEmpty();
  }

  @Test
  void claimWithoutAReviewIsADifference() {
    Sent claimed = claim(small.raw(), small, NO_REVIEW, "IMAGE_TOO_SMALL");
    publish(claimed, NO_REVIEW);

    assertThat(differences())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.kind()).isEqualTo(Kind.UNREVIEWED);
              assertThat(found.pairId()).isEqualTo(claimed.pairId());
              assertThat(found.raw()).isEqualTo(OriginHeader.text(claimed.origin()));
              assertThat(found.sentence())
                  .startsWith("pair " + found.pairId() + " at ")
                  .contains("of the raw record " + found.raw())
                  .endsWith("names review " + NO_REVIEW + ", of which there is no record");
            });
  }

  @Test
  void reviewOfAnotherPairIsNoReviewOfThisOne() {
    ReviewResult accepted = accept();
    publish(replayOf(small), accepted.reviewId());
    Sent other = pipeline.send("image 2", "another picture");
    pipeline.accept(pipeline.send("image 3", "a third"), PairStatus.TRAINING);
    pipeline.reject(other, "IMAGE_TOO_SMALL");
    publish(claim(other.raw(), other, accepted.reviewId(), "IMAGE_TOO_SMALL"), accepted.reviewId());

    assertThat(differences())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.pairId()).isEqualTo(other.pairId());
              assertThat(found.sentence()).endsWith("which did not let the pair in");
            });
  }

  @Test
  void waiverBeyondTheReviewIsADifference() {
    ReviewResult accepted = accept();
    Sent real = replayOf(small);
    pipeline.reject(real, "DUPLICATE_PAIR");
    publish(
        claim(small.raw(), small, accepted.reviewId(), "IMAGE_TOO_SMALL", "CAPTION_TOO_SHORT"),
        accepted.reviewId(),
        "IMAGE_TOO_SMALL",
        "CAPTION_TOO_SHORT");

    assertThat(differences())
        .extracting(Difference::sentence)
        .singleElement()
        .satisfies(
            sentence -> assertThat(sentence).endsWith("which does not waive CAPTION_TOO_SHORT"));
  }

  @Test
  void reviewThatArrivesAfterTheFirstLookIsSeen() {
    try (KafkaProducer<byte[], byte[]> slow = TestCluster.producer(cluster, "-slow");
        Admin admin = cluster.admin()) {
      // Nothing behind an open transaction can be read, the review neither.
      slow.beginTransaction();
      TestCluster.acknowledged(
          slow.send(
              TestCluster.record(
                  cluster.topics().reviews(), null, NO_REVIEW, Review.newBuilder().build())));
      ReviewResult accepted = decide();
      publish(replayOf(small), accepted.reviewId(), "IMAGE_TOO_SMALL");
      AtomicInteger looks = new AtomicInteger();

      AuditReport report =
          new Audit(
                  cluster,
                  () -> {
                    if (looks.getAndIncrement() == 0) {
                      slow.commitTransaction();
                      TestCluster.awaitMarkers(admin, cluster, "-slow");
                    }
                  })
              .run();

      assertThat(report.details()).isEmpty();
      assertThat(looks).hasValue(1);
    }
  }
}
