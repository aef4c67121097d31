package io.pairstream.curation.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedFetcher;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class ReplayQuarantineTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Selection ALL =
      new Selection(Optional.empty(), Optional.empty(), Optional.empty(), Integer.MAX_VALUE);

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private final Decided decided = new Decided(cluster);
  private final ReviewDesk desk = new ReviewDesk(cluster, "quarantine.replay", Clock.systemUTC());
  private final List<Sent> rejected = new ArrayList<>();

  @BeforeEach
  void play() {
    for (String reason : List.of("IMAGE_TOO_SMALL", "IMAGE_DAMAGED", "IMAGE_TOO_SMALL")) {
      Sent sent = pipeline.send("image " + rejected.size(), "caption " + rejected.size());
      pipeline.reject(sent, reason);
      rejected.add(sent);
    }
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private static ReviewDecision verdict(Decision decision, boolean again) {
    return new ReviewDecision(decision, "", "the recipe has changed", again, new Actor("ben", ""));
  }

  private ReviewDesk.Report send(Selection selection, Decision decision, boolean again) {
    return desk.replay(selection, verdict(decision, again), false, sent -> {});
  }

  private List<ConsumerRecord<byte[], byte[]>> replays() {
    return decided.records(cluster.topics().crowdsourced().name()).stream()
        .filter(record -> Replay.read(record.headers()).isPresent())
        .toList();
  }

  @Test
  void sendsEachOnceAndLeavesATrail() {
    List<Long> progress = new ArrayList<>();
    ReviewDesk.Report first =
        desk.replay(ALL, verdict(Decision.REPLAYED, false), false, progress::add);
    ReviewDesk.Report second = send(ALL, Decision.REPLAYED, false);

    assertThat(first).isEqualTo(replayed(3, 0));
    assertThat(progress).containsExactly(3L);
    assertThat(second).isEqualTo(new ReviewDesk.Report(0, 0, 3, Map.of()));
    assertThat(replays()).hasSize(3);
    assertThat(decided.values(cluster.topics().reviews()))
        .extracting(Review::getDecision, Review::getReviewer)
        .hasSize(3)
        .containsOnly(org.assertj.core.groups.Tuple.tuple("REPLAYED", "ben"));
    List<Action> actions = decided.values(cluster.topics().actions());
    assertThat(actions)
        .extracting(Action::getOutcome)
        .containsExactly("FAILED", "DONE", "FAILED", "DONE");
    assertThat(actions.get(1).getActionId()).isEqualTo(actions.get(0).getActionId());
    assertThat(actions.get(1).getDetail()).isEqualTo("3 pairs were sent again");
  }

  private static ReviewDesk.Report replayed(long sent, long before) {
    return new ReviewDesk.Report(
        sent, 0, before, Map.of("IMAGE_DAMAGED", 1L, "IMAGE_TOO_SMALL", 2L));
  }

  private List<Origin> replayed() {
    return replays().stream()
        .map(record -> Replay.read(record.headers()).orElseThrow().of())
        .toList();
  }

  private List<Origin> origins() {
    return rejected.stream().map(Sent::origin).toList();
  }

  @Test
  void acceptsOnlyWhatAPersonCanWaive() {
    ReviewDesk.Report report = send(ALL, Decision.ACCEPTED, false);

    assertThat(report).isEqualTo(new ReviewDesk.Report(2, 0, 1, Map.of("IMAGE_TOO_SMALL", 2L)));
    assertThat(replays())
        .extracting(record -> Replay.read(record.headers()).orElseThrow().waived())
        .containsOnly(List.of("IMAGE_TOO_SMALL"));
  }

  @Test
  void entryThatAReplayMakesTooLargeHoldsNoOtherUp() {
    Sent largest = pipeline.send("image 3", "caption 3");
    pipeline.rejectLargest(largest, "FIELD_INVALID");

    ReviewDesk.Report report = send(ALL, Decision.REPLAYED, false);

    assertThat(report.sent()).isEqualTo(3);
    assertThat(report.skipped()).isEqualTo(1);
    assertThat(replayed()).containsExactlyInAnyOrderElementsOf(origins());
  }

  @Test
  void selectsByReasonAndNumberTheOldestFirst() {
    Selection one =
        new Selection(Optional.of("IMAGE_TOO_SMALL"), Optional.empty(), Optional.empty(), 1);

    ReviewDesk.Report report = send(one, Decision.REPLAYED, false);

    assertThat(report.sent()).isEqualTo(1);
    assertThat(report.left()).isEqualTo(1);
    assertThat(replays())
        .extracting(record -> Replay.read(record.headers()).orElseThrow().of())
        .containsExactly(rejected.get(0).origin());
  }

  @Test
  void aContributorIsClaimedAndAProducerIsNot() {
    Sent ours = claimed("ours", "ann");
    claimed("planted", "ben");
    Selection contributor =
        new Selection(Optional.empty(), Optional.of("ann"), Optional.empty(), Integer.MAX_VALUE);
    Selection producer =
        new Selection(Optional.empty(), Optional.of("ann"), Optional.of("ann"), Integer.MAX_VALUE);

    ReviewDesk.Report claims =
        desk.replay(contributor, verdict(Decision.REPLAYED, false), true, sent -> {});
    ReviewDesk.Report report = send(producer, Decision.REPLAYED, false);

    assertThat(claims.sent()).isEqualTo(2);
    assertThat(report.sent()).isEqualTo(1);
    assertThat(replayed()).containsExactly(ours.origin());
  }

  /** A rejected pair that names ann, sent with that producer's key. */
  private Sent claimed(String caption, String producer) {
    Sent sent = pipeline.send("image", caption);
    sent.raw().getMetadata().setContributor("ann");
    sent.raw().getMetadata().setProducer(producer);
    pipeline.reject(sent, "IMAGE_TOO_SMALL");
    return sent;
  }

  @Test
  void aFailedLinkIsFetchedAgainOnce() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent slow = fetcher.send("a.test", "slow");
      fetcher.reject(slow, "FETCH_TIMEOUT");
      PlayedFetcher.Sent gone = fetcher.send("b.test", "gone");
      fetcher.reject(gone, "FETCH_GONE");
      Selection timeouts =
          new Selection(
              Optional.of("FETCH_TIMEOUT"), Optional.empty(), Optional.empty(), Integer.MAX_VALUE);

      ReviewDesk.Report first = send(timeouts, Decision.REPLAYED, false);
      ReviewDesk.Report second = send(timeouts, Decision.REPLAYED, false);
      List<ReviewResult> named =
          desk.decide(
              List.of(OriginHeader.text(gone.origin()), OriginHeader.text(slow.origin())),
              verdict(Decision.REPLAYED, false),
              false);

      assertThat(first).isEqualTo(new ReviewDesk.Report(1, 0, 0, Map.of("FETCH_TIMEOUT", 1L)));
      assertThat(second).isEqualTo(new ReviewDesk.Report(0, 0, 1, Map.of()));
      assertThat(named).extracting(ReviewResult::done).containsExactly(true, true);
      assertThat(decided.records(cluster.topics().links().name()))
          .filteredOn(record -> OriginHeader.read(record.headers()).isPresent())
          .extracting(record -> OriginHeader.read(record.headers()).orElseThrow())
          .containsExactly(slow.origin(), gone.origin());
    }
  }
}
