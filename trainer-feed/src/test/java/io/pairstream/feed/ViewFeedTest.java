package io.pairstream.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(600)
class ViewFeedTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int SIDE = ProducedPairs.SIDE;
  private static final int PARTITIONS = 3;
  private static final OrderPlan PLAN = new OrderPlan(7, 24, 5);

  @TempDir Path folder;

  private final ClusterAccess cluster =
      KAFKA.dataset(
          PARTITIONS, TopicCatalogue.TRAINING, TopicCatalogue.INDEX, TopicCatalogue.TAKEDOWNS);
  private final FeedSource source =
      new FeedSource(
          cluster.dataset(), PairStatus.TRAINING, cluster.registry(), cluster.clientSettings());

  private final ProducedPairs pairs = new ProducedPairs(cluster, PARTITIONS);

  @Test
  void holdsWhatWasCommittedAndNotWithdrawnWhenItWasCut() {
    pairs.produce(0, 20);
    TestCluster.sendInVain(cluster, pairs.record(999, ProducedPairs.pair(999)));
    pairs.withdraw(4);
    pairs.produce(20, 7);

    View view = source.cut(List.of(), read -> {});
    pairs.produce(27, 5);

    assertThat(view.samples()).isEqualTo(26);
    ViewRun run = ViewRun.of(view, new OrderPlan(0, 1, 0)).epochs(1);
    assertThat(ids(run, 5, LastBatch.KEEP, Optional.empty()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 27).filter(i -> i != 4).mapToObj(String::valueOf).toList());
    assertThat(View.parse(view.toJson())).isEqualTo(view);
  }

  /** The index says of each pair that it has a byte, by which is seen what came from it. */
  @Test
  void isCutFromTheIndexAndWhatCameBehindIt() {
    pairs.produce(0, 20);
    pairs.withdraw(4);
    pairs.produce(20, 8);
    View scanned = source.cut(List.of(), read -> {});
    pairs.index(scanned, 20, Set.of(4));
    pairs.withdraw(6);

    View view = source.cut(List.of(), read -> {});
    View even = source.cut(List.of(Condition.parse("fold=0")), read -> {});

    ViewRun run = ViewRun.of(view, new OrderPlan(0, 1, 0)).epochs(1);
    assertThat(ids(run, 5, LastBatch.KEEP, Optional.empty()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 28)
                .filter(i -> i != 4 && i != 6)
                .mapToObj(String::valueOf)
                .toList());
    assertThat(even.samples()).isEqualTo(12);
    long each = scanned.blocks().stream().mapToLong(Block::bytes).sum() / scanned.samples();
    assertThat(view.blocks().stream().mapToLong(Block::bytes).sum())
        .isBetween(18 + 8 * (each - 2), 18 + 8 * (each + 2));
  }

  /** Each kind of takedown, of pairs in the index and behind it; none of them is carried out. */
  @ParameterizedTest
  @CsvSource({"PAIR, 3", "PAIR, 25", "CONTRIBUTOR, withdrawn", "SOURCE, host.example"})
  void leavesOutWhatFallsUnderATakedownThatIsStillToBeCarriedOut(
      TakedownKind kind, String subject) {
    pairs.produce(0, 28);
    View all = source.cut(List.of(), read -> {});
    pairs.index(all, 20, Set.of());
    pairs.takeDown(kind, subject);

    View view = source.cut(List.of(), read -> {});

    Predicate<Integer> isSpared =
        switch (kind) {
          case PAIR -> i -> i != Integer.parseInt(subject);
          case CONTRIBUTOR -> i -> i % 5 != 0;
          default -> i -> i % 7 != 0;
        };
    ViewRun run = ViewRun.of(view, new OrderPlan(0, 1, 0)).epochs(1);
    assertThat(view.samples()).isEqualTo(IntStream.range(0, 28).boxed().filter(isSpared).count());
    assertThat(ids(run, 5, LastBatch.KEEP, Optional.empty()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 28).boxed().filter(isSpared).map(String::valueOf).toList());
  }

  /** Pair 4 is prepared anew as one that the conditions turn away, pair 5 as one that they take. */
  @Test
  void holdsThePairsAloneForWhichItsConditionsHold() {
    pairs.produce(0, 20);
    TestCluster.send(cluster, pairs.record(4, ProducedPairs.pair(5)));
    TestCluster.send(cluster, pairs.record(5, ProducedPairs.pair(4)));
    List<Condition> where = List.of(Condition.parse("fold=0"), Condition.parse("height<=" + SIDE));

    View view = source.cut(where, read -> {});

    ViewRun run = ViewRun.of(view, new OrderPlan(0, 1, 0)).epochs(1);
    assertThat(ids(run, 5, LastBatch.KEEP, Optional.empty()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 20).filter(i -> i % 2 == 0).mapToObj(String::valueOf).toList());
    assertThat(view.where()).containsExactly("fold=0", "height<=4");
    assertThat(View.parse(view.toJson())).isEqualTo(view);
    assertThatThrownBy(() -> source.cut(List.of(Condition.parse("fold=7")), read -> {}))
        .hasMessageContaining("that a view could hold where fold=7");
  }

  /**
   * The order is recomputed here from the view's blocks and what stands at their offsets. Of eight
   * lanes, each gives more windows to a batch than are loaded ahead.
   */
  @ParameterizedTest
  @CsvSource({"24, 5, 48", "8, 1, 32"})
  void handsOutTheOrderThatTheViewSeedAndEpochSay(int lanes, int window, int batchSize) {
    pairs.produce(0, 75);
    View view = source.cut(List.of(), read -> {});
    Map<String, String> byOffset = idsByOffset();
    OrderPlan plan = new OrderPlan(7, lanes, window);
    List<String> expected = new ArrayList<>();
    for (long epoch = 0; epoch < 2; epoch++) {
      expected.addAll(expected(view, plan, epoch, batchSize, byOffset, Set.of()));
    }

    ViewRun run = ViewRun.of(view, plan).epochs(2);

    assertThat(ids(run, batchSize, LastBatch.DROP, Optional.empty())).isEqualTo(expected);
  }

  /** The end of a transaction is an offset without a record, as a compacted pair leaves it. */
  @Test
  void fillsTheHolesOfAWindowWithItsLivingPairsByTurns() {
    pairs.produce(0, 30);
    View view = withTheOffsetBehindEachBlock(source.cut(List.of(), read -> {}));
    Map<String, String> byOffset = idsByOffset();
    OrderPlan plan = new OrderPlan(0, 1, 0);
    List<String> expected = expected(view, plan, 0, (int) view.samples(), byOffset, Set.of());
    assertThat(view.samples()).isGreaterThan(30 + PARTITIONS);

    int standIns = 0;
    List<String> ids = new ArrayList<>();
    FeedSettings settings = settings(5).lastBatch(LastBatch.KEEP);
    ViewRun run = ViewRun.of(view, plan).epochs(1);
    try (PairFeed feed = PairFeed.ofView(source, settings, run, Optional.empty())) {
      for (Optional<ReadyBatch> next = feed.next(); next.isPresent(); next = feed.next()) {
        try (ReadyBatch batch = next.get()) {
          ids.addAll(batch.pairIds());
          standIns += batch.standIns();
        }
      }
    }

    assertThat(ids).isEqualTo(expected);
    assertThat(standIns).isEqualTo((int) view.samples() - 30);
  }

  /**
   * A contributor who sent 31 % of a view, all together: nothing else is read for it, and its
   * pairs' places are shared out evenly.
   */
  @Test
  void aTakedownOfAThirdNeitherPoisonsNorStarves() {
    pairs.produce(
        0,
        2_000,
        pair -> {
          int number = Integer.parseInt(pair.getPairId());
          if (number >= 700 && number < 1_320) {
            pair.setContributor("third");
          }
        });
    View view = source.cut(List.of(), read -> {});
    ViewRun run = ViewRun.of(view, OrderPlan.of(3)).epochs(2);
    long whole = epochs(run, new ArrayList<>());

    pairs.takeDown(TakedownKind.CONTRIBUTOR, "third");
    List<List<String>> batches = new ArrayList<>();
    long bytes = epochs(run, batches);

    assertThat(bytes).isEqualTo(whole);
    assertThat(batches).hasSize(2 * 20).allSatisfy(ids -> assertThat(ids).doesNotHaveDuplicates());
    for (List<List<String>> epoch : List.of(batches.subList(0, 20), batches.subList(20, 40))) {
      Map<String, Long> counts =
          epoch.stream()
              .flatMap(List::stream)
              .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
      assertThat(counts.values()).allMatch(count -> count <= 3);
      assertThat(counts.keySet())
          .allMatch(id -> Integer.parseInt(id) < 700 || Integer.parseInt(id) >= 1_320);
    }
  }

  /** Hands out a run in batches of 96; answers how many bytes of records were read. */
  private long epochs(ViewRun run, List<List<String>> batches) {
    try (PairFeed feed = PairFeed.ofView(source, settings(96), run, Optional.empty())) {
      batches.addAll(ProducedPairs.handedOut(feed));
      return feed.stats().bytes();
    }
  }

  /** 64 pairs in batches of 48 are one full step and one of 16 samples, for 24 ranks. */
  @Test
  void allRanksMakeTheSameStepsOfAValidationAndEndAlike() {
    pairs.produce(0, 64);
    View view = source.cut(List.of(), read -> {});
    ViewRun run = ViewRun.of(view, OrderPlan.of(0)).epochs(1);
    List<String> ids = new ArrayList<>();
    for (int rank = 0; rank < 24; rank++) {
      FeedSettings settings = settings(2).lastBatch(LastBatch.KEEP).memory(2, 1);
      try (PairFeed feed =
          PairFeed.ofView(source, settings, run.rank(rank, 24), Optional.empty())) {
        for (int size : List.of(2, rank < 16 ? 1 : 0)) {
          try (ReadyBatch batch = feed.next().orElseThrow()) {
            assertThat(batch.size()).isEqualTo(size);
            assertThat(batch.imageShape()).containsExactly(size, SIDE, SIDE, 3);
            ids.addAll(batch.pairIds());
          }
        }
        assertThat(feed.next()).isEmpty();
        assertThat(feed.position()).isEqualTo(ViewPosition.beginOf(view, OrderPlan.of(0), 1));
      }
    }
    assertThat(ids)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 64).mapToObj(String::valueOf).toList());
  }

  /** Each stop changes the batch size and the ranks; nothing is lost or comes twice. */
  @Test
  void goesOnWithTheVeryNextSampleWhateverTheBatchSizeAndTheRanks() {
    pairs.produce(0, 400);
    View view = source.cut(List.of(), read -> {});
    OrderPlan plan = new OrderPlan(3, 8, 16);
    List<String> unbroken =
        ids(ViewRun.of(view, plan).epochs(1), 400, LastBatch.DROP, Optional.empty());

    List<String> seen = new ArrayList<>();
    Optional<ViewPosition> position = Optional.empty();
    for (int[] next : new int[][] {{32, 16}, {64, 1}, {100, 5}, {7, 7}, {192, 64}}) {
      List<List<String>> parts = new ArrayList<>();
      int first = seen.size() % next[1];
      Set<Position> behind = new HashSet<>();
      for (int i = 0; i < next[1]; i++) {
        ViewRun run = ViewRun.of(view, plan).rank((first + i) % next[1], next[1]);
        FeedSettings settings = settings(next[0] / next[1]).memory(2, 1);
        try (PairFeed feed = PairFeed.ofView(source, settings, run, position);
            ReadyBatch batch = feed.next().orElseThrow()) {
          parts.add(batch.pairIds());
          behind.add(batch.position());
        }
      }
      seen.addAll(Interleaved.of(parts));
      assertThat(behind).hasSize(1);
      position = Optional.of((ViewPosition) behind.iterator().next());
    }

    assertThat(seen).hasSize(395).isEqualTo(unbroken.subList(0, 395));
  }

  /**
   * A takedown that comes in the middle of an epoch: two ranks, which may have filled some slots
   * when they learn of it.
   */
  @Test
  void handsOutStandInsForWhatIsTakenDownWhileItRuns() {
    pairs.produce(0, 96);
    View view = source.cut(List.of(), read -> {});
    pairs.takeDown(TakedownKind.PAIR, "50");
    ViewRun run = ViewRun.of(view, PLAN).epochs(3);
    Map<String, String> byOffset = idsByOffset();
    Set<String> odd = new HashSet<>(Set.of("50"));
    IntStream.range(0, 96).filter(i -> i % 5 == 0).mapToObj(String::valueOf).forEach(odd::add);
    List<String> before = new ArrayList<>();
    List<String> after = new ArrayList<>();
    for (long epoch = 0; epoch < 3; epoch++) {
      before.addAll(expected(view, PLAN, epoch, 24, byOffset, Set.of("50")));
      after.addAll(expected(view, PLAN, epoch, 24, byOffset, odd));
    }

    List<String> ids = new ArrayList<>();
    int known = 0;
    FeedSettings settings = settings(12).memory(2, 1);
    try (PairFeed first = PairFeed.ofView(source, settings, run.rank(0, 2), Optional.empty());
        PairFeed second = PairFeed.ofView(source, settings, run.rank(1, 2), Optional.empty())) {
      for (int step = 0; step < 12; step++) {
        if (step == 2) {
          pairs.takeDown(TakedownKind.CONTRIBUTOR, "withdrawn");
          known = ids.size() + 2 * 24;
          awaitTakedowns(first, 2);
          awaitTakedowns(second, 2);
        }
        List<List<String>> parts = new ArrayList<>();
        for (PairFeed feed : List.of(first, second)) {
          try (ReadyBatch batch = feed.next().orElseThrow()) {
            parts.add(batch.pairIds());
          }
        }
        ids.addAll(Interleaved.of(parts));
      }
    }

    assertThat(ids).hasSize(12 * 24).doesNotContain("50");
    assertThat(ids.subList(0, 2 * 24)).isEqualTo(before.subList(0, 2 * 24));
    for (int i = 2 * 24; i < known; i++) {
      assertThat(ids.get(i)).isIn(before.get(i), after.get(i));
    }
    assertThat(ids.subList(known, ids.size())).isEqualTo(after.subList(known, ids.size()));
    assertThat(after.subList(known, ids.size())).isNotEqualTo(before.subList(known, ids.size()));
  }

  @Test
  void exportsTheOrderOfARunWithoutThePairsThatAreGone() throws IOException {
    pairs.produce(0, 30);
    View view = source.cut(List.of(), read -> {});
    Map<String, String> byOffset = idsByOffset();
    OrderPlan order = ExportPlan.shuffled(7, 4);
    List<String> expected =
        ids(ViewRun.of(view, order).epochs(1), 5, LastBatch.KEEP, Optional.empty());
    ExportPlan plan = new ExportPlan(view, ExportFormat.WEBDATASET, order, 11);

    ViewExport.Summary summary = ViewExport.export(source, plan, folder, nobody());

    assertThat(byOffset.values()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(exported(folder)).isEqualTo(expected);
    assertThat(summary.shards()).isEqualTo(3);
    assertThat(summary.withdrawn()).isZero();
    View withMarker = withTheOffsetBehindEachBlock(view);
    ViewExport.Summary gone =
        ViewExport.export(
            source,
            new ExportPlan(withMarker, ExportFormat.PARQUET, ExportPlan.viewOrder(), 100),
            folder.resolve("gone"),
            nobody());
    assertThat(gone.samples()).isEqualTo(30);
    pairs.takeDown(TakedownKind.PAIR, expected.get(12));
    ViewExport.Summary later = ViewExport.export(source, plan, folder, nobody());
    assertThat(later.withdrawn()).isEqualTo(1);
    assertThat(exported(folder)).hasSize(29).doesNotContain(expected.get(12));
    assertThat(gone.withdrawn()).isEqualTo(withMarker.samples() - 30).isPositive();
  }

  @Test
  void exportsNoPairOfAnotherSplit() {
    pairs.produce(0, 3);
    TestCluster.send(
        cluster,
        pairs.record(3, PreparedPair.newBuilder(ProducedPairs.pair(3)).setSplit("TEST").build()));
    View view = source.cut(List.of(), read -> {});
    ExportPlan plan = new ExportPlan(view, ExportFormat.WEBDATASET, ExportPlan.viewOrder(), 11);

    assertThatThrownBy(() -> ViewExport.export(source, plan, folder, nobody()))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("is a pair of TEST, on the topic of TRAINING");
  }

  @Test
  void refusesPositionsOfAnotherViewOrAnotherOrder() {
    pairs.produce(0, 30);
    View view = source.cut(List.of(), read -> {});
    pairs.produce(30, 3);
    View later = source.cut(List.of(), read -> {});
    ViewPosition start = ViewPosition.beginOf(view, PLAN, 1);

    assertPositionRefused(ViewRun.of(later, PLAN), start, "is one of the view");
    assertPositionRefused(
        ViewRun.of(view, new OrderPlan(8, 24, 5)), start, "belongs to another order");
    assertThat(ViewPosition.parse(start.toJson())).isEqualTo(start);
    assertThat(start.toJson()).hasSizeLessThan(1000);
    assertThatThrownBy(() -> ViewPosition.parse("{\"view\":\"a\"}"))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("no position of a run over a view");
  }

  @Test
  void refusesAViewThatIsTooSmallForABatchAndAPositionBeyondTheEpoch() {
    pairs.produce(0, 30);
    View view = source.cut(List.of(), read -> {});
    ViewRun run = ViewRun.of(view, PLAN);

    assertThatThrownBy(() -> run.rank(3, 3)).hasMessageContaining("rank 3 of 3");
    assertThatThrownBy(() -> PairFeed.ofView(source, settings(48), run, Optional.empty()))
        .hasMessageContaining("a batch of 48 takes more samples than the view ");
    assertPositionRefused(
        run,
        new ViewPosition(view.fingerprint(), PLAN, 2, 1_000_000_000),
        "says that 1000000000 samples of epoch 2 were handed out, and the epoch has 30");
  }

  @Test
  void refusesAViewWhoseRecordsHaveLeftTheLog() {
    pairs.produce(0, 30);
    View view = source.cut(List.of(), read -> {});
    TestCluster.deleteBefore(cluster, new TopicPartition(source.topic(), 1), 3);

    assertPositionRefused(
        ViewRun.of(view, PLAN),
        ViewPosition.beginOf(view, PLAN, 0),
        "-1 begins at 3: records of the view, from 0 on, have left the log");
  }

  /** Batches of all ranks, computed from the blocks and the withdrawn pairs alone. */
  private static List<String> expected(
      View view,
      OrderPlan plan,
      long epoch,
      int batchSize,
      Map<String, String> byOffset,
      Set<String> withdrawn) {
    EpochOrder order = new EpochOrder(view.blocks(), plan, epoch);
    List<List<String>> lanes = new ArrayList<>();
    for (int lane = 0; lane < order.lanes(); lane++) {
      List<String> samples = new ArrayList<>();
      for (int window = 0; window < order.windows(lane); window++) {
        List<String> living = new ArrayList<>();
        for (EpochOrder.Piece one : EpochOrderTest.records(order, lane, window)) {
          Block block = view.blocks().get(one.block());
          String id = byOffset.get(block.partition() + "-" + block.offset(one.first()));
          if (id != null && !withdrawn.contains(id)) {
            living.add(id);
          }
        }
        for (int i = 0; i < order.windowLength(lane, window); i++) {
          samples.add(living.get(i % living.size()));
        }
      }
      lanes.add(samples);
    }
    return IntStream.range(0, (int) (order.samples() / batchSize) * batchSize)
        .mapToObj(number -> lanes.get(number % order.lanes()).get(number / order.lanes()))
        .toList();
  }

  /** The end of a transaction lies there, which reads as a pair that is gone. */
  private static View withTheOffsetBehindEachBlock(View cut) {
    List<Block> blocks = new ArrayList<>();
    for (Block block : cut.blocks()) {
      int offsets = (int) (block.end() - block.begin());
      blocks.add(new Block(block.partition(), block.begin(), block.bytes(), List.of(offsets + 1)));
    }
    return new View(cut.topic(), cut.topicId(), cut.cutAt(), blocks);
  }

  /** The names of the images in a folder's tar files, in their order. */
  private static List<String> exported(Path folder) throws IOException {
    List<String> ids = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".tar")).sorted().toList()) {
        String tar = Files.readString(file, StandardCharsets.ISO_8859_1);
        Matcher names = Pattern.compile("\\b([0-9]+)\\.png\\x00").matcher(tar);
        while (names.find()) {
          ids.add(names.group(1));
        }
      }
    }
    return ids;
  }

  private static ViewExport.Listener nobody() {
    return new ViewExport.Listener(samples -> {}, sentence -> {});
  }

  private List<String> ids(
      ViewRun run, int batchSize, LastBatch last, Optional<ViewPosition> from) {
    try (PairFeed feed = PairFeed.ofView(source, settings(batchSize).lastBatch(last), run, from)) {
      return ProducedPairs.handedOut(feed).stream().flatMap(List::stream).toList();
    }
  }

  private void assertPositionRefused(ViewRun run, ViewPosition position, String message) {
    assertThatThrownBy(() -> PairFeed.ofView(source, settings(24), run, Optional.of(position)))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining(message);
  }

  private static FeedSettings settings(int batchSize) {
    return FeedSettings.ofBatches(batchSize).side(SIDE).lastBatch(LastBatch.DROP);
  }

  /** Pair ids by {@code partition-offset}, from the topic itself. */
  private Map<String, String> idsByOffset() {
    return TestCluster.committed(cluster, source.topic()).stream()
        .collect(
            Collectors.toMap(
                record -> record.partition() + "-" + record.offset(),
                record -> new String(record.key(), StandardCharsets.UTF_8)));
  }

  private static void awaitTakedowns(PairFeed feed, int count) {
    while (feed.stats().takedowns() < count) {
      Await.pause();
    }
  }
}
