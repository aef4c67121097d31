package io.pairstream.operations.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.Replay;
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

  private static final ReplaySelection ALL =
      new ReplaySelection(Optional.empty(), Optional.empty(), Integer.MAX_VALUE);

  private final ClusterAccess cluster = KAFKA.dataset(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private final Decided decided = new Decided(cluster);
  private final ReplayQuarantine replay = new ReplayQuarantine(cluster, Clock.systemUTC());
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

  private static Verdict verdict(Decision decision, boolean again) {
    return new Verdict(decision, "", "the recipe has changed", again, new Actor("ben", ""));
  }

  private ReplayReport send(ReplaySelection selection, Decision decision, boolean again) {
    return replay.send(selection, verdict(decision, again), sent -> {});
  }

  private List<ConsumerRecord<byte[], byte[]>> replays() {
    return decided.records(cluster.topics().crowdsourced().name()).stream()
        .filter(record -> Replay.read(record.headers()).isPresent())
        .toList();
  }

  @Test
  void planSaysWhatWouldBeSentAndSendsNothing() {
    ReplayReport plan = replay.plan(ALL, verdict(Decision.REPLAYED, false));

    assertThat(plan.sent()).isEqualTo(3);
    assertThat(plan.reasons())
        .containsExactly(Map.entry("IMAGE_DAMAGED", 1L), Map.entry("IMAGE_TOO_SMALL", 2L));
    assertThat(replays()).isEmpty();
    assertThat(decided.records(cluster.topics().actions().name())).isEmpty();
  }

  @Test
  void sendsEachOnceAndLeavesATrail() {
    List<Long> progress = new ArrayList<>();
    ReplayReport first = replay.send(ALL, verdict(Decision.REPLAYED, false), progress::add);
    ReplayReport second = send(ALL, Decision.REPLAYED, false);

    assertThat(first).isEqualTo(replayed(3, 0));
    assertThat(progress).containsExactly(3L);
    assertThat(second).isEqualTo(new ReplayReport(0, 0, 3, 0, 0, Map.of()));
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

  private static ReplayReport replayed(long sent, long before) {
    return new ReplayReport(
        sent, 0, before, 0, 0, Map.of("IMAGE_DAMAGED", 1L, "IMAGE_TOO_SMALL", 2L));
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
    ReplayReport report = send(ALL, Decision.ACCEPTED, false);

    assertThat(report).isEqualTo(new ReplayReport(2, 0, 0, 0, 1, Map.of("IMAGE_TOO_SMALL", 2L)));
    assertThat(replays())
        .extracting(record -> Replay.read(record.headers()).orElseThrow().waived())
        .containsOnly(List.of("IMAGE_TOO_SMALL"));
  }

  @Test
  void entryThatAReplayMakesTooLargeHoldsNoOtherUp() {
    Sent largest = pipeline.send("image 3", "caption 3");
    pipeline.rejectLargest(largest, "FIELD_INVALID");

    ReplayReport report = send(ALL, Decision.REPLAYED, false);

    assertThat(report.sent()).isEqualTo(3);
    assertThat(report.unusable()).isEqualTo(1);
    assertThat(replayed()).containsExactlyInAnyOrderElementsOf(origins());
  }

  @Test
  void selectsByReasonAndNumberTheOldestFirst() {
    ReplaySelection one = new ReplaySelection(Optional.of("IMAGE_TOO_SMALL"), Optional.empty(), 1);

    ReplayReport report = send(one, Decision.REPLAYED, false);

    assertThat(report.sent()).isEqualTo(1);
    assertThat(report.left()).isEqualTo(1);
    assertThat(replays())
        .extracting(record -> Replay.read(record.headers()).orElseThrow().of())
        .containsExactly(rejected.get(0).origin());
  }
}
