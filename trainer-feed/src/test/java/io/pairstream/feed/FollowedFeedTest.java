package io.pairstream.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.FollowedPasses.Extent;
import io.pairstream.feed.FollowedPasses.Following;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.named.ViewLog;
import io.pairstream.feed.view.named.ViewSealer;
import io.pairstream.feed.view.named.ViewStore;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Standing;
import io.pairstream.service.http.Awaiting;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class FollowedFeedTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PARTITIONS = 2;
  private static final int LANES = 24;
  private static final OrderPlan PLAN = new OrderPlan(7, LANES, 2);

  private final ClusterAccess cluster = KAFKA.dataset(PARTITIONS);
  private final ProducedPairs pairs = new ProducedPairs(cluster, PARTITIONS);
  private final FeedSource source =
      new FeedSource(
          cluster.dataset(), Standing.TRAINING, cluster.registry(), cluster.clientSettings());
  private final ViewStore store =
      new ViewStore(cluster.dataset(), cluster.registry(), cluster.clientSettings());
  private int produced;

  @Test
  void allProcessesOfARunAgreeWhatAnEpochCoversWhileTheViewGrows() {
    grow(48);

    List<List<String>> seen = new ArrayList<>();
    try (Trainer first = new Trainer(Extent.ALL, "r", 0, 2, Optional.empty());
        Trainer second = new Trainer(Extent.ALL, "r", 1, 2, Optional.empty());
        Trainer alone = new Trainer(Extent.ALL, "r", 0, 1, Optional.empty())) {
      // They come to an epoch one after the other, and each finds a longer view.
      for (int round = 0; round < 3; round++) {
        List<List<String>> left = first.steps(10);
        grow(12);
        List<List<String>> right = second.steps(10);
        grow(12);
        List<List<String>> whole = alone.steps(10);

        for (int step = 0; step < 10; step++) {
          assertThat(whole.get(step))
              .isEqualTo(Interleaved.of(List.of(left.get(step), right.get(step))));
        }
        assertThat(alone.position()).isEqualTo(first.position()).isEqualTo(second.position());
        seen.addAll(whole);
      }
    }
    assertThat(seen.stream().flatMap(List::stream)).contains("71");
  }

  @Test
  void aRunIsRepeatedUnderItsNameFromAnyStepWithAnyNumberOfRanks() {
    grow(48);
    List<String> unbroken = new ArrayList<>();
    try (Trainer whole = new Trainer(Extent.ALL, "r", 0, 1, Optional.empty())) {
      while (!unbroken.contains("71")) {
        if (produced < 72) {
          grow(24);
        }
        unbroken.addAll(whole.next());
      }
    }
    grow(24);

    Random random = new Random(3);
    List<String> repeated = new ArrayList<>();
    Optional<FollowPosition> position = Optional.empty();
    while (repeated.size() < unbroken.size()) {
      int ranks = List.of(1, 2, 3, 8).get(random.nextInt(4));
      int left = (unbroken.size() - repeated.size()) / LANES;
      int steps = Math.min(1 + random.nextInt(4), left);
      position = Optional.of(train("r", ranks, steps, position, repeated));
    }
    assertThat(repeated).isEqualTo(unbroken);

    List<String> another = new ArrayList<>();
    FollowPosition unused = train("s", 1, 4, Optional.empty(), another);
    assertThat(another).as("another run sees what is there now").contains("95");
  }

  @Test
  void whatIsNewComesOnceAndTheRunEndsWithTheView() {
    grow(48);

    try (Trainer run = new Trainer(Extent.NEW, "r", 0, 1, Optional.empty())) {
      List<String> first = new ArrayList<>(run.next());
      first.addAll(run.next());
      assertThat(first).containsExactlyInAnyOrderElementsOf(numbers(0, 48));

      // Too few for a batch; with the next ones, enough.
      grow(10);
      grow(20);
      assertThat(run.next()).doesNotHaveDuplicates().hasSize(LANES).isSubsetOf(numbers(48, 78));

      try (ViewLog log = store.open("live")) {
        assertThat(log.freeze(Instant.now()).isFrozen()).isTrue();
      }
      assertThat(run.feed.next()).isEmpty();
    }
  }

  @Test
  void refusesARunOfAnotherViewAnotherExtentOrAnotherPosition() {
    grow(48);
    FollowPosition position = train("r", 1, 1, Optional.empty(), new ArrayList<>());
    assertThat(position.segments()).isEqualTo(1);
    assertThat(FollowPosition.parse(position.toJson())).isEqualTo(position);
    assertThat(position.toJson()).hasSizeLessThan(1000);

    assertThatThrownBy(() -> new Trainer(Extent.NEW, "r", 0, 1, Optional.empty()))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining("the run r follows the view live with --follow all");
    assertThatThrownBy(() -> new Trainer(Extent.ALL, "s", 0, 1, Optional.of(position)))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining("is one of the run r over the view live, not of the run s");
    FollowPosition elsewhere =
        new FollowPosition("r", "live", position.topicId(), PLAN, 0, 2, position.samples());
    assertThatThrownBy(() -> new Trainer(Extent.ALL, "r", 0, 1, Optional.of(elsewhere)))
        .hasMessageContaining("agreed on 1 segments of the view live for epoch 0")
        .hasMessageContaining("says 2");
    FollowPosition ahead =
        new FollowPosition("t", "live", position.topicId(), PLAN, 4, 2, position.samples());
    assertThatThrownBy(() -> new Trainer(Extent.ALL, "t", 0, 1, Optional.of(ahead)))
        .hasMessageContaining("the run t has not come to epoch 4 on this cluster");
    FollowPosition beyond =
        new FollowPosition("r", "live", position.topicId(), PLAN, 0, 1, 1_000_000_000);
    assertThatThrownBy(() -> new Trainer(Extent.ALL, "r", 0, 1, Optional.of(beyond)))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining(
            "1000000000 samples of epoch 0 were handed out, and the epoch has 48");
    assertThatThrownBy(
            () ->
                FollowedPasses.open(source, new Following("none", Extent.ALL, "r", LANES)).close())
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining("there is no view none");
    assertThatThrownBy(() -> FollowPosition.parse("{\"run\":\"r\"}"))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining("no position of a run that follows a view");

    try (ViewLog log = store.open("live")) {
      assertThat(log.drop()).isTrue();
    }
    pairs.withdraw(0);
    grow(24);
    assertThatThrownBy(() -> new Trainer(Extent.ALL, "r", 0, 1, Optional.of(position)))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining("it was dropped and begun anew");
  }

  @Test
  void aFrozenViewThatIsTooSmallIsRefused() {
    grow(10);
    try (ViewLog log = store.open("live")) {
      assertThat(log.freeze(Instant.now()).samples()).isEqualTo(10);
    }

    try (Trainer run = new Trainer(Extent.ALL, "r", 0, 1, Optional.empty())) {
      assertThatThrownBy(run::next)
          .isInstanceOf(InvalidViewException.class)
          .hasMessageContaining("is frozen with 10 samples: too few for batches of 24");
    }
  }

  /** One of a run's trainers. */
  private final class Trainer implements AutoCloseable {

    private final FollowedPasses passes;
    private final PairFeed feed;
    private final Set<Thread> fetchers;

    Trainer(Extent extent, String run, int rank, int ranks, Optional<FollowPosition> position) {
      passes = FollowedPasses.open(source, new Following("live", extent, run, LANES));
      Set<Thread> others = fetchers();
      FeedSettings settings =
          FeedSettings.ofBatches(LANES / ranks)
              .shape(ProducedPairs.SIDE, ProducedPairs.SIDE, 1)
              .lastBatch(LastBatch.DROP);
      try {
        feed =
            PairFeed.ofView(source, settings, ViewRun.of(passes, PLAN).rank(rank, ranks), position);
      } catch (RuntimeException e) {
        passes.close();
        throw e;
      }
      fetchers = fetchers();
      fetchers.removeAll(others);
    }

    /** The threads of feeds that read views and runs. */
    private static Set<Thread> fetchers() {
      return Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("feed-fetch"))
          .collect(Collectors.toCollection(HashSet::new));
    }

    List<String> next() {
      try (ReadyBatch batch = feed.next().orElseThrow()) {
        return batch.pairIds();
      }
    }

    List<List<String>> steps(int count) {
      List<List<String>> steps = new ArrayList<>();
      for (int step = 0; step < count; step++) {
        steps.add(next());
      }
      return steps;
    }

    Position position() {
      return feed.position();
    }

    @Override
    public void close() {
      feed.close();
      // The feed waits for its thread for a while only; what that reads is not to be closed under
      // it, on a machine that stands still for longer.
      while (fetchers.stream().anyMatch(Thread::isAlive)) {
        Awaiting.pause();
      }
      passes.close();
    }
  }

  /** Runs some steps with so many ranks; answers the position behind. */
  private FollowPosition train(
      String run, int ranks, int steps, Optional<FollowPosition> from, List<String> seen) {
    List<Trainer> processes = new ArrayList<>();
    try {
      for (int rank = 0; rank < ranks; rank++) {
        processes.add(new Trainer(Extent.ALL, run, rank, ranks, from));
      }
      for (int step = 0; step < steps; step++) {
        seen.addAll(Interleaved.of(processes.stream().map(Trainer::next).toList()));
      }
      assertThat(new HashSet<>(processes.stream().map(Trainer::position).toList())).hasSize(1);
      return FollowPosition.parse(processes.get(0).position().toJson());
    } finally {
      processes.forEach(Trainer::close);
    }
  }

  /** More pairs, which the view has then. */
  private void grow(int count) {
    pairs.produce(produced, count);
    produced += count;
    ViewSealer.Pace pace = new ViewSealer.Pace(1, Duration.ofMinutes(1));
    try (ViewSealer sealer =
        store.seal("live", source.topic(), List.of(), pace, Clock.systemUTC())) {
      assertThat(sealer.sealToEnd(read -> {})).isPresent();
    }
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }
}
