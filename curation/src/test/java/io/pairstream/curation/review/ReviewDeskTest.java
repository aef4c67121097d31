package io.pairstream.curation.review;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.cluster.Transactions;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class ReviewDeskTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Actor ANN = new Actor("ann", "0123456789abcdef");
  private static final Actor BEN = new Actor("ben", "");
  private static final String SMALL = "IMAGE_TOO_SMALL";

  /** Markup, a forged line, another direction of writing, and what ends a script. */
  private static final String HOSTILE =
      "</script><img src=x onerror=alert(1)>\u202e\n{\"outcome\":\"DONE\"}'; DROP TABLE";

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private final Decided decided = new Decided(cluster);
  private final ReviewDesk desk = new ReviewDesk(cluster, "quarantine.review", Clock.systemUTC());
  private Sent small;

  @BeforeEach
  void play() {
    small = pipeline.send("image 1", "a small picture");
    pipeline.reject(small, SMALL);
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private static ReviewDecision verdict(Decision decision, Actor actor) {
    return new ReviewDecision(
        decision,
        decision == Decision.RECAPTIONED ? "a better caption" : "",
        "it is good enough",
        false,
        actor);
  }

  private ReviewResult decide(Decision decision) {
    return decide(verdict(decision, ANN));
  }

  private ReviewResult decide(ReviewDecision verdict) {
    return desk.decide(List.of(small.pairId()), verdict, false).get(0);
  }

  private List<ConsumerRecord<byte[], byte[]>> raw() {
    return decided.records(cluster.topics().crowdsourced().name());
  }

  private List<Review> reviews() {
    return decided.values(cluster.topics().reviews());
  }

  private List<Action> actions() {
    return decided.values(cluster.topics().actions());
  }

  /** The pair comes as a replay, and is rejected again. */
  private void rejectReplay(String reviewId, String reason) {
    ConsumerRecord<byte[], byte[]> last = raw().get(raw().size() - 1);
    Sent again =
        new Sent(
            small.imageDigest(),
            small.pairId(),
            small.raw(),
            new Origin(last.topic(), last.partition(), last.offset()));
    QuarantinedPair.Builder entry =
        QuarantinedPair.newBuilder(PlayedPipeline.rejected(again, reason, last.value()));
    last.headers()
        .forEach(
            header ->
                entry.getHeaders().add(new Header(header.key(), ByteBuffer.wrap(header.value()))));
    pipeline.transaction(
        again,
        List.of(
            TestCluster.record(cluster.topics().quarantine(), null, again.pairId(), entry.build()),
            TestCluster.record(
                cluster.topics().receipts(),
                null,
                again.pairId(),
                Receipt.newBuilder()
                    .setPairId(again.pairId())
                    .setStatus(PairStatus.QUARANTINED.name())
                    .setReason(reason)
                    .setReviewId(reviewId)
                    .setOrigin(again.origin())
                    .setArrivedAt(Instant.ofEpochMilli(last.timestamp()))
                    .setDecidedAt(Instant.ofEpochMilli(last.timestamp()))
                    .build())));
  }

  @Test
  void acceptedPairComesAgainAsItCameWithItsReview() {
    ReviewResult result = decide(Decision.ACCEPTED);

    assertThat(result.done()).isTrue();
    assertThat(result.sentPairId()).isEqualTo(small.pairId());
    ConsumerRecord<byte[], byte[]> first = raw().get(0);
    ConsumerRecord<byte[], byte[]> again = raw().get(1);
    assertThat(again.value()).isEqualTo(first.value());
    assertThat(new String(again.key(), UTF_8)).isEqualTo(small.imageDigest());
    assertThat(again.partition()).isEqualTo(first.partition());
    assertThat(Replay.read(again.headers()))
        .contains(new Replay(small.origin(), result.reviewId(), List.of(SMALL)));
    Review review = reviews().get(0);
    assertThat(review.getReviewId()).isEqualTo(result.reviewId());
    assertThat(review.getPairId()).isEqualTo(small.pairId());
    assertThat(review.getSentPairId()).isEqualTo(small.pairId());
    assertThat(review.getOrigin()).isEqualTo(small.origin());
    assertThat(review.getReason()).isEqualTo(SMALL);
    assertThat(review.getDecision()).isEqualTo("ACCEPTED");
    assertThat(review.getWaived()).containsExactly(SMALL);
    assertThat(review.getReviewer()).isEqualTo("ann");
    assertThat(review.getComment()).isEqualTo("it is good enough");
    Action action = actions().get(0);
    assertThat(action.getName()).isEqualTo("quarantine.review");
    assertThat(action.getSubject()).isEqualTo(small.pairId());
    assertThat(action.getActor()).isEqualTo("ann");
    assertThat(action.getKeyId()).isEqualTo("0123456789abcdef");
    assertThat(action.getOutcome()).isEqualTo("DONE");
    assertThat(action.getFacts())
        .containsEntry("review_id", result.reviewId())
        .containsEntry("origin", OriginHeader.text(small.origin()))
        .containsEntry("comment", "it is good enough");
  }

  @ParameterizedTest
  @EnumSource
  void sameDecisionAskedTwiceIsDoneOnce(Decision decision) {
    ReviewResult first = decide(decision);
    ReviewResult second = decide(verdict(decision, BEN));

    assertThat(first.done()).isTrue();
    assertThat(second.done()).isTrue();
    assertThat(second.reviewId()).isEqualTo(first.reviewId());
    assertThat(second.sentPairId()).isEqualTo(first.sentPairId());
    assertThat(second.detail().text()).startsWith("was " + decision + " by ann on ");
    assertThat(reviews()).hasSize(1);
    assertThat(raw()).hasSize(decision == Decision.REJECTED ? 1 : 2);
    assertThat(actions()).extracting(Action::getActor).containsExactly("ann", "ben");
  }

  @Test
  void secondReasonIsWaivedByASecondDecisionBesideTheFirst() {
    ReviewResult first = decide(Decision.ACCEPTED);
    rejectReplay(first.reviewId(), "CAPTION_TOO_SHORT");

    ReviewResult second =
        decide(new ReviewDecision(Decision.ACCEPTED, "", "short and true", false, ANN));

    assertThat(second.done()).isTrue();
    assertThat(second.reviewId()).isNotEqualTo(first.reviewId());
    ConsumerRecord<byte[], byte[]> last = raw().get(2);
    assertThat(Replay.read(last.headers()).orElseThrow().waived())
        .containsExactly("CAPTION_TOO_SHORT", SMALL);
    assertThat(last.headers().headers(Replay.REVIEW)).hasSize(1);
  }

  @Test
  void anotherCaptionMakesAnotherPair() {
    ReviewResult result = decide(Decision.RECAPTIONED);

    RawPair sent = decided.values(cluster.topics().crowdsourced()).get(1);
    assertThat(sent.getCaption()).isEqualTo("a better caption");
    assertThat(sent.getImage()).isEqualTo(small.raw().getImage());
    assertThat(sent.getMetadata().getReceivedAt())
        .isEqualTo(small.raw().getMetadata().getReceivedAt());
    assertThat(result.sentPairId())
        .isEqualTo(PairIdentity.pairId(small.imageDigest(), "a better caption"));
    assertThat(reviews().get(0).getPairId()).isEqualTo(small.pairId());
    assertThat(reviews().get(0).getSentPairId()).isEqualTo(result.sentPairId());
    assertThat(reviews().get(0).getCaption()).isEqualTo("a better caption");
  }

  @Test
  void entryIsSentAgainOnceWhateverElseIsDecided() {
    decide(Decision.RECAPTIONED);

    ReviewResult accepted = decide(Decision.ACCEPTED);
    ReviewResult again =
        decide(new ReviewDecision(Decision.ACCEPTED, "", "all the same", true, ANN));

    assertThat(accepted.done()).isFalse();
    assertThat(accepted.detail().text())
        .startsWith("it was sent again before: RECAPTIONED by ann on ");
    assertThat(again.done()).isTrue();
    assertThat(raw()).hasSize(3);
  }

  @Test
  void laterDecisionNamesTheEarlierOne() {
    decide(Decision.REJECTED);

    ReviewResult accepted = decide(verdict(Decision.ACCEPTED, BEN));

    assertThat(accepted.done()).isTrue();
    assertThat(accepted.detail().text()).startsWith("done; before, it was REJECTED by ann on ");
    for (Actor late : List.of(ANN, BEN)) {
      ReviewResult rejected = decide(verdict(Decision.REJECTED, late));
      assertThat(rejected.done()).isFalse();
      assertThat(rejected.detail().text())
          .startsWith("it was sent again before: ACCEPTED by ben on ");
    }
    assertThat(reviews()).hasSize(2);
  }

  @Test
  void whatCannotBeWaivedIsNotAcceptedAndTheAttemptIsOnRecord() {
    Sent damaged = pipeline.send("image 2", "a damaged picture");
    pipeline.reject(damaged, "IMAGE_DAMAGED");

    ReviewResult result =
        desk.decide(List.of(damaged.pairId()), verdict(Decision.ACCEPTED, ANN), false).get(0);

    assertThat(result.done()).isFalse();
    assertThat(result.detail().text())
        .startsWith("IMAGE_DAMAGED is nothing that a person can waive");
    assertThat(result.detail()).isEqualTo(Template.NOT_WAIVED.with("IMAGE_DAMAGED"));
    assertThat(reviews()).isEmpty();
    assertThat(raw()).hasSize(2);
    assertThat(actions())
        .extracting(Action::getSubject, Action::getOutcome)
        .containsExactly(tuple(damaged.pairId(), "REFUSED"));
  }

  @Test
  void resultsComeInTheOrderOfTheIdsAndOneBadIdSpoilsNoOther() {
    Sent published = pipeline.send("image 3", "a published picture");
    pipeline.accept(published, PairStatus.TRAINING);

    List<ReviewResult> results =
        desk.decide(
            List.of("no such id", small.pairId(), published.pairId(), HOSTILE, small.pairId()),
            verdict(Decision.ACCEPTED, ANN),
            false);

    assertThat(results).extracting(ReviewResult::done).containsExactly(false, true, false, false);
    assertThat(results.get(0).detail().text()).startsWith("no pair of that id was rejected");
    assertThat(results.get(2).detail().text()).isEqualTo("it is not in quarantine: TRAINING");
    assertThat(results)
        .extracting(result -> result.detail().template())
        .doesNotContain(Template.VERBATIM);
    assertThat(raw()).hasSize(3);
  }

  @Test
  void refusalsAreCountedOverRequests() {
    for (int i = 0; i < 5; i++) {
      desk.decide(List.of("no such id"), verdict(Decision.ACCEPTED, ANN), false);
    }

    assertThat(actions())
        .extracting(action -> action.getFacts().get("times"))
        .containsExactlyInAnyOrder(null, "2", "4");
  }

  /** Results of two desks that both have read that nothing is decided, before either commits. */
  private <T> List<T> atOnce(Function<ReviewDesk, T> first, Function<ReviewDesk, T> second) {
    CyclicBarrier bothHaveRead = new CyclicBarrier(2);
    List<CompletableFuture<T>> both =
        Stream.of(first, second)
            .map(
                does -> {
                  AtomicBoolean isLater = new AtomicBoolean();
                  ReviewDesk own =
                      new ReviewDesk(
                          cluster,
                          "quarantine.review",
                          Clock.systemUTC(),
                          (entry, record) -> {
                            if (!isLater.getAndSet(true)) {
                              await(bothHaveRead);
                            }
                          });
                  return CompletableFuture.supplyAsync(() -> does.apply(own));
                })
            .toList();
    return both.stream().map(CompletableFuture::join).toList();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(5, TimeUnit.MINUTES);
    } catch (InterruptedException
        | BrokenBarrierException
        | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoReplaysAtOnceSendEachEntryOnce(boolean again) {
    for (int i = 2; i <= 4; i++) {
      pipeline.reject(pipeline.send("image " + i, "a small picture"), SMALL);
    }
    Selection all =
        new Selection(Optional.empty(), Optional.empty(), Optional.empty(), Integer.MAX_VALUE);
    Function<ReviewDesk, ReviewDesk.Report> replay =
        own ->
            own.replay(
                all,
                new ReviewDecision(Decision.REPLAYED, "", "once", again, ANN),
                false,
                sent -> {});

    List<ReviewDesk.Report> reports = atOnce(replay, replay);

    assertThat(raw()).as("four that came, and four replays").hasSize(8);
    assertThat(reviews()).hasSize(4);
    assertThat(reports).extracting(ReviewDesk.Report::sent).containsExactlyInAnyOrder(0L, 4L);
    assertThat(reports).extracting(ReviewDesk.Report::skipped).containsExactlyInAnyOrder(0L, 4L);
    assertThat(actions())
        .extracting(Action::getDetail)
        .contains("0 pairs were sent again", "4 pairs were sent again");
  }

  @ParameterizedTest
  @CsvSource({
    "ACCEPTED, ACCEPTED, DONE, was ACCEPTED by",
    "ACCEPTED, RECAPTIONED, FAILED, it was sent again before"
  })
  void ofTwoWhoSendAnEntryAtOnceTheSecondLearnsOfTheFirst(
      Decision one, Decision other, ReviewResult.Outcome outcome, String said) {
    List<ReviewResult> results =
        atOnce(
                own -> own.decide(List.of(small.pairId()), verdict(one, ANN), false),
                own -> own.decide(List.of(small.pairId()), verdict(other, BEN), false))
            .stream()
            .flatMap(List::stream)
            .toList();

    assertThat(raw()).hasSize(2);
    assertThat(reviews()).hasSize(1);
    assertThat(results)
        .extracting(ReviewResult::outcome)
        .containsExactlyInAnyOrder(ReviewResult.Outcome.DONE, outcome);
    assertThat(results)
        .extracting(result -> result.detail().text())
        .anyMatch(t -> t.contains(said));
    assertThat(actions())
        .extracting(Action::getOutcome)
        .containsExactlyInAnyOrder(
            "DONE", outcome == ReviewResult.Outcome.DONE ? "DONE" : "REFUSED");
  }

  /** Commits, and the answer is lost. */
  private DecisionLog losingItsAnswer() {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("transactional.id", TestCluster.transactionalId(cluster, "-review-lost"));
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()) {

          @Override
          public void commitTransaction() {
            super.commitTransaction();
            throw new TimeoutException("the answer is lost");
          }
        };
    producer.initTransactions();
    return new DecisionLog(cluster, () -> new Transactions(producer));
  }

  @Test
  void decisionWhoseAnswerWasLostIsUnknownAndFoundByTheSameRequest() {
    ReviewDesk cutOff =
        new ReviewDesk(
            cluster,
            "quarantine.review",
            Clock.systemUTC(),
            (entry, record) -> {},
            any -> losingItsAnswer());

    ReviewResult result =
        cutOff.decide(List.of(small.pairId()), verdict(Decision.ACCEPTED, ANN), false).get(0);

    assertThat(result.outcome()).isEqualTo(ReviewResult.Outcome.UNKNOWN);
    assertThat(raw()).hasSize(2);
    assertThat(decide(Decision.ACCEPTED).detail().text()).startsWith("was ACCEPTED by ann on ");
    assertThat(raw()).hasSize(2);
  }

  @Test
  void headersOfOursDoNotComeAgainAndStrangersDo() {
    Sent sent = pipeline.send("image 4", "from a link");
    QuarantinedPair.Builder entry =
        QuarantinedPair.newBuilder(
            PlayedPipeline.rejected(
                sent,
                SMALL,
                cluster
                    .topics()
                    .crowdsourced()
                    .value()
                    .serializer()
                    .serialize(cluster.topics().crowdsourced().name(), sent.raw())));
    for (String name : List.of(LinkHeaders.LINK, Replay.WAIVED, "tracing")) {
      entry.getHeaders().add(new Header(name, ByteBuffer.wrap("IMAGE_EMPTY".getBytes(UTF_8))));
    }
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(cluster.topics().quarantine(), null, sent.pairId(), entry.build()),
            pipeline.receipt(sent, PairStatus.QUARANTINED, SMALL)));

    desk.decide(List.of(sent.pairId()), verdict(Decision.ACCEPTED, ANN), false);

    ConsumerRecord<byte[], byte[]> again = raw().get(raw().size() - 1);
    assertThat(again.headers().lastHeader(LinkHeaders.LINK)).isNull();
    assertThat(again.headers().lastHeader("tracing").value())
        .isEqualTo("IMAGE_EMPTY".getBytes(UTF_8));
    assertThat(Replay.read(again.headers()).orElseThrow().waived()).containsExactly(SMALL);
  }

  @Test
  void recordThatCouldNotBeReadIsReplayedByItsCoordinates() {
    byte[] odd = {9, 9, 9};
    var at =
        TestCluster.send(
            cluster,
            new ProducerRecord<>(
                cluster.topics().scraped().name(), 1, "odd key".getBytes(UTF_8), odd));
    Origin origin = new Origin(at.topic(), at.partition(), at.offset());
    String key = OriginHeader.text(origin);
    Sent sent = new Sent("", "", small.raw(), origin);
    QuarantinedPair.Builder entry =
        QuarantinedPair.newBuilder(PlayedPipeline.rejected(sent, "UNKNOWN_SCHEMA", odd));
    entry.setKey(ByteBuffer.wrap("odd key".getBytes(UTF_8)));
    Receipt receipt =
        Receipt.newBuilder()
            .setStatus(PairStatus.QUARANTINED.name())
            .setOrigin(origin)
            .setArrivedAt(Instant.now())
            .setDecidedAt(Instant.now())
            .build();
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(cluster.topics().quarantine(), null, key, entry.build()),
            TestCluster.record(cluster.topics().receipts(), null, key, receipt)));

    List<ReviewResult> replayed = desk.decide(List.of(key), verdict(Decision.REPLAYED, ANN), false);
    List<ReviewResult> recaptioned =
        desk.decide(List.of(key), verdict(Decision.RECAPTIONED, ANN), false);

    assertThat(replayed.get(0).done()).isTrue();
    List<ConsumerRecord<byte[], byte[]>> scraped =
        decided.records(cluster.topics().scraped().name());
    assertThat(scraped).hasSize(2);
    assertThat(scraped.get(1).value()).isEqualTo(odd);
    assertThat(scraped.get(1).key()).isEqualTo("odd key".getBytes(UTF_8));
    assertThat(recaptioned.get(0).done()).isFalse();
  }

  @Test
  void verdictNeedsAReasonAndWordsThatCanBeWritten() {
    assertThatThrownBy(() -> new ReviewDecision(Decision.ACCEPTED, "", " ", false, ANN))
        .hasMessage("comment is missing: say why");
    assertThatThrownBy(() -> new ReviewDecision(Decision.RECAPTIONED, " ", "why", false, ANN))
        .hasMessage("caption is missing: say what the image shows");
    assertThatThrownBy(() -> new ReviewDecision(Decision.ACCEPTED, "new", "why", false, ANN))
        .hasMessageStartingWith("caption goes with RECAPTIONED only");
    assertThatThrownBy(
            () -> new ReviewDecision(Decision.REJECTED, "", "x".repeat(2001), false, ANN))
        .hasMessageStartingWith("comment may have 2000 characters");
  }
}
