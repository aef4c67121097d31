package io.pairstream.feed.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.ProducedPairs;
import io.pairstream.feed.cut.MissingAnswer;
import io.pairstream.feed.cut.ViewCut;
import io.pairstream.feed.cut.ViewSealer;
import io.pairstream.feed.cut.ViewSealer.HeldBack;
import io.pairstream.feed.cut.ViewSealer.Pace;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.ViewBlock;
import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class ViewStoreTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PARTITIONS = 2;
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Pace EVERY_FIVE = new Pace(5, Duration.ofDays(1));

  private final ClusterAccess cluster =
      KAFKA.dataset(
          PARTITIONS,
          TopicCatalogue.TRAINING,
          TopicCatalogue.TEST,
          TopicCatalogue.VIEWS,
          TopicCatalogue.TAKEDOWNS,
          TopicCatalogue.PAIR_ANSWERS,
          TopicCatalogue.RECIPES);
  private final FeedSource source = new FeedSource(cluster, PairStatus.TRAINING);
  private final ProducedPairs pairs = new ProducedPairs(cluster, PARTITIONS);
  private final ViewStore store = new ViewStore(cluster);

  @Test
  void aFrozenViewHoldsWhatAViewsFileWould() {
    pairs.produce(0, 20);
    pairs.withdraw(3);
    View file = ViewCut.of(source, List.of(), read -> {});

    try (ViewSealer sealer = sealer("val-2026-11")) {
      sealer.sealAndFreeze(read -> {});
    }
    pairs.produce(20, 4);

    NamedView view = store.require("val-2026-11");
    assertThat(view.isFrozen()).isTrue();
    assertThat(view.sealedAt()).isEqualTo(NOW);
    assertThat(view.samples()).isEqualTo(19);
    assertThat(view.view().blocks()).isEqualTo(file.blocks());
    assertThat(view.view().fingerprint()).isEqualTo(file.fingerprint());
    assertThatThrownBy(() -> sealer("val-2026-11"))
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining("is frozen");
  }

  @Test
  void aLargeViewIsSeveralSegmentsOfWhichNoReaderSeesAPart() {
    List<Block> blocks =
        IntStream.rangeClosed(0, 3 * ViewLog.SEGMENT_BLOCKS)
            .mapToObj(i -> new Block(0, 10L * i, 100, List.of(3, 2, 4)))
            .toList();
    ViewLog.Addition addition =
        new ViewLog.Addition(source.topic(), "id", List.of("language=en"), blocks, new TreeMap<>());

    try (ViewLog log = store.open("large")) {
      log.append(addition, NOW, true);
    }

    NamedView view = store.require("large");
    assertThat(view.segments()).extracting(ViewSegment::getSegment).containsExactly(0, 1, 2, 3);
    assertThat(view.segments())
        .extracting(ViewSegment::getLast)
        .containsExactly(false, false, false, true);
    assertThat(view.where()).containsExactly("language=en");
    assertThat(view.view().blocks()).isEqualTo(blocks);
    assertThat(view.samples(1, 3)).isEqualTo(2 * ViewLog.SEGMENT_BLOCKS * 7);
  }

  @Test
  void aSegmentIsMadeWhenEnoughPairsWaitOrOneHasWaitedLongEnough() {
    AtomicReference<Instant> now = new AtomicReference<>(NOW);
    InstantSource moved = now::get;
    Clock clock = moved.withZone(ZoneOffset.UTC);
    pairs.produce(0, 7);
    try (ViewSealer sealer =
        ViewSealer.open(
            store, "live", source, List.of(), new Pace(7, Duration.ofMinutes(1)), clock)) {
      assertThat(until(sealer).samples()).isEqualTo(7);

      pairs.produce(7, 1);
      assertThat(steps(sealer, 5)).isEmpty();

      // The pair waits from the step that reads it, whichever that is.
      Optional<NamedView> made = Optional.empty();
      while (made.isEmpty()) {
        now.updateAndGet(before -> before.plusSeconds(60));
        made = sealer.step();
      }
      assertThat(made.get().samples()).isEqualTo(8);
    }
    assertThat(store.require("live").isFrozen()).isFalse();
  }

  /** As after a kill: what the first has gathered and not sealed, the second gathers again. */
  @Test
  void whoSealsNextGoesOnWithoutLossOrOverlapAndTheOneBeforeCanWriteNoMore() {
    pairs.produce(0, 6);
    ViewSealer first = sealer("live");
    assertThat(until(first).samples()).isEqualTo(6);
    pairs.produce(6, 3);
    assertThat(steps(first, 5)).isEmpty();

    try (ViewSealer second = sealer("live")) {
      pairs.produce(9, 2);
      assertThat(second.sealToEnd(read -> {}).orElseThrow().samples()).isEqualTo(11);
      pairs.produce(11, 5);

      assertThatThrownBy(() -> until(first))
          .isInstanceOf(InvalidViewException.class)
          .hasMessage("another process writes the view live now; this one has stopped");
      assertThat(until(second).samples()).isEqualTo(16);
    }

    first.close();
    NamedView view = store.require("live");
    assertThat(view.segments()).hasSize(3);
    assertThat(offsets(view.view())).isEqualTo(offsets(ViewCut.of(source, List.of(), read -> {})));
  }

  /**
   * Answers come after the pairs, in another order; each segment is made by another sealer, since
   * the one before is gone with what it had gathered.
   */
  @Test
  void aPairThatIsAnsweredLateIsInALaterSegmentOnce() {
    List<Condition> where = List.of(Condition.parse("answer.nsfw<=0.5"));
    pairs.produce(0, 12);
    List<List<Integer>> answered =
        List.of(List.of(), List.of(11, 0, 1, 4, 5), List.of(2, 9), List.of(7, 3, 6, 8, 10));

    for (List<Integer> numbers : answered) {
      numbers.forEach(i -> pairs.answer(i, ProducedPairs.nsfw(i == 4 || i == 9 ? 1 : 0)));
      // The killed one seals nothing, however much its steps happen to read.
      try (ViewSealer killed =
              ViewSealer.open(
                  store, "answered", source, where, new Pace(100, Duration.ofDays(1)), CLOCK);
          ViewSealer sealer = sealer("answered", where)) {
        assertThat(steps(killed, 3)).isEmpty();
        sealer.sealToEnd(read -> {});
      }
    }

    NamedView view = store.require("answered");
    assertThat(view.segments()).hasSize(3);
    assertThat(offsets(view.view()))
        .isEqualTo(offsets(ViewCut.of(source, where, read -> {})))
        .hasSize(10);
    List<ViewSegment> sealed = view.segments();
    pairs.answer(4, ProducedPairs.nsfw(0));
    pairs.produce(12, 1);
    try (ViewSealer sealer = sealer("answered", where)) {
      assertThat(sealer.sealToEnd(read -> {})).isEmpty();
      assertThat(sealer.waiting())
          .containsExactly(new MissingAnswer("nsfw", 1, "last given at " + ProducedPairs.GIVEN));
      pairs.answer(12, ProducedPairs.nsfw(0));
      assertThat(sealer.sealToEnd(read -> {}).orElseThrow().samples()).isEqualTo(11);
    }
    assertThat(store.require("answered").segments().subList(0, 3)).isEqualTo(sealed);
  }

  @Test
  void aPairThatIsNeverAnsweredIsNamedWithAllThatItHoldsBack() {
    AtomicReference<Instant> now = new AtomicReference<>(NOW);
    InstantSource moved = now::get;
    List<Condition> where = List.of(Condition.parse("answer.nsfw<=0.5"));
    pairs.produce(0, 12);
    try (ViewSealer sealer =
        ViewSealer.open(store, "held", source, where, EVERY_FIVE, moved.withZone(ZoneOffset.UTC))) {
      assertThat(sealer.heldBack()).isEmpty();
      sealer.sealToEnd(read -> {});
      now.set(NOW.plusSeconds(60));
      IntStream.range(0, 11).forEach(i -> pairs.answer(i, ProducedPairs.nsfw(0)));
      sealer.sealToEnd(read -> {});
      now.set(NOW.plusSeconds(120));
      sealer.sealToEnd(read -> {});

      HeldBack held = sealer.heldBack().orElseThrow();

      assertThat(held.missing())
          .containsExactly(new MissingAnswer("nsfw", 1, "last given at " + ProducedPairs.GIVEN));
      assertThat(held.since()).isEqualTo(NOW.plusSeconds(60));
      assertThat(held.behind()).isEqualTo(11 - store.require("held").samples());
      pairs.answer(11, ProducedPairs.nsfw(0));
      sealer.sealToEnd(read -> {});
      assertThat(sealer.heldBack()).isEmpty();
    }
  }

  @Test
  void aFrozenViewLeavesOutAloneWhatIsNotAnswered() {
    List<Condition> where = List.of(Condition.parse("answer.nsfw<=0.5"));
    pairs.produce(0, 6);
    List.of(1, 2, 4, 5).forEach(i -> pairs.answer(i, ProducedPairs.nsfw(0)));

    try (ViewSealer sealer = sealer("frozen", where)) {
      assertThat(sealer.sealAndFreeze(read -> {}).samples()).isEqualTo(4);
    }
  }

  /** A segment that was reported as written is found, also behind others' open transactions. */
  @Test
  void whatWasAppendedIsSeen() {
    try (ViewLog log = store.open("live");
        KafkaProducer<byte[], byte[]> other = TestCluster.producer(cluster, "-view-other");
        Admin admin = cluster.admin()) {
      other.beginTransaction();
      TestCluster.acknowledged(other.send(segment("other", 0)));
      ViewLog.Addition addition =
          new ViewLog.Addition(
              source.topic(),
              "id",
              List.of(),
              List.of(new Block(0, 0, 10, List.of(1))),
              new TreeMap<>());

      CompletableFuture<Optional<NamedView>> seen =
          CompletableFuture.supplyAsync(
              () -> {
                log.append(addition, NOW, false);
                return store.find("live");
              });
      TestCluster.awaitMarkers(admin, cluster, "-view-live");
      assertThat(store.find("live")).isEmpty();
      other.commitTransaction();

      assertThat(seen.join()).isPresent();
    }
  }

  @Test
  void aDroppedViewIsGoneAndItsNameFree() {
    pairs.produce(0, 5);
    try (ViewSealer sealer = sealer("live")) {
      until(sealer);
    }
    assertThat(store.all()).extracting(NamedView::name).containsExactly("live");

    try (ViewLog log = store.open("live")) {
      assertThat(log.drop()).isTrue();
      assertThat(log.drop()).isTrue();
    }

    assertThat(store.all()).isEmpty();
    assertThatThrownBy(() -> store.require("live"))
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining("there is no view live")
        .hasMessageContaining("view ls");
    try (ViewSealer sealer = sealer("live")) {
      assertThat(until(sealer).segments()).hasSize(1);
    }
  }

  @Test
  void refusesARecordThatIsNoSegmentAndLetsItBeDropped() {
    TestCluster.send(
        cluster, TestCluster.record(cluster.topics().views(), 0, "odd/00000000", null));
    assertThat(store.all()).isEmpty();
    TestCluster.send(cluster, segment("odd", 1));

    assertThatThrownBy(() -> store.require("odd"))
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining("has a segment 1, and none of the number 0");
    try (ViewLog log = store.open("odd")) {
      assertThat(log.drop()).isTrue();
    }
    assertThat(store.find("odd")).isEmpty();
  }

  @Test
  void aViewKeepsTheConditionsOfTheRecipeThatItBeganWith() {
    pairs.recipe("fold=1");
    pairs.produce(0, 10);
    List<Condition> own = List.of(Condition.parse("fold!=2"));
    List<String> begun = List.of("fold!=2", "fold=1");
    try (ViewSealer sealer = sealer("held", own)) {
      assertThat(sealer.sealToEnd(read -> {}).orElseThrow().where()).isEqualTo(begun);
    }
    try (ViewSealer again = sealer("held", own)) {
      assertThat(again.view().orElseThrow().samples()).isEqualTo(5);
    }
    pairs.recipe("fold=0");
    pairs.produce(10, 5);

    try (ViewSealer same = sealer("held", begun.stream().map(Condition::parse).toList())) {
      assertThat(same.sealToEnd(read -> {}).orElseThrow().samples()).isEqualTo(7);
    }
    assertThatThrownBy(() -> sealer("held", own))
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining("where [fold!=2, fold=1]; it cannot go on")
        .hasMessageContaining("where [fold!=2, fold=0]");
  }

  private ViewSealer sealer(String name) {
    return sealer(name, List.of());
  }

  private ViewSealer sealer(String name, List<Condition> where) {
    return ViewSealer.open(store, name, source, where, EVERY_FIVE, CLOCK);
  }

  /** Reads until a segment is made; the test's time-out ends it. */
  private static NamedView until(ViewSealer sealer) {
    Optional<NamedView> made = Optional.empty();
    while (made.isEmpty()) {
      made = sealer.step();
    }
    return made.get();
  }

  private static Optional<NamedView> steps(ViewSealer sealer, int count) {
    return IntStream.range(0, count)
        .mapToObj(step -> sealer.step())
        .flatMap(Optional::stream)
        .findFirst();
  }

  private ProducerRecord<byte[], byte[]> segment(String name, int number) {
    return TestCluster.record(
        cluster.topics().views(),
        0,
        ViewTopic.key(name, number),
        ViewSegment.newBuilder()
            .setName(name)
            .setSegment(number)
            .setTopic(source.topic())
            .setSealedAt(NOW)
            .setBlocks(List.of(new ViewBlock(0, 0L, 10L, List.of(1))))
            .build());
  }

  /** Every pair's coordinates; a pair that stands there twice would be twice in it. */
  private static List<String> offsets(View view) {
    List<String> offsets = new ArrayList<>();
    for (Block block : view.blocks()) {
      for (int place = 0; place < block.size(); place++) {
        offsets.add(block.partition() + "-" + block.offset(place));
      }
    }
    return offsets;
  }
}
