package io.pairstream.feed.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.ProducedPairs;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.ExpectedSamples;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.set.ExportPlan;
import io.pairstream.feed.set.SetExport;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
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

@Timeout(600)
class ViewCutTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int SIDE = ProducedPairs.SIDE;
  private static final PairAnswer FAILED = PairAnswer.newBuilder().setStatus("FAILED").build();
  private static final int PARTITIONS = 3;

  @TempDir Path folder;

  private final ClusterAccess cluster =
      KAFKA.dataset(
          PARTITIONS,
          TopicCatalogue.TRAINING,
          TopicCatalogue.INDEX,
          TopicCatalogue.TAKEDOWNS,
          TopicCatalogue.PAIR_ANSWERS,
          TopicCatalogue.RECIPES);
  private final FeedSource source = new FeedSource(cluster, PairStatus.TRAINING);

  private final ProducedPairs pairs = new ProducedPairs(cluster, PARTITIONS);

  @Test
  void holdsWhatWasCommittedAndNotWithdrawnWhenItWasCut() {
    pairs.produce(0, 20);
    TestCluster.sendInVain(cluster, pairs.record(999, ProducedPairs.pair(999)));
    pairs.withdraw(4);
    pairs.produce(20, 7);

    View view = cut();
    pairs.produce(27, 5);

    assertThat(view.samples()).isEqualTo(26);
    assertThat(ids(view)).containsExactlyInAnyOrderElementsOf(numbers(27, i -> i != 4));
  }

  /** The index says of each pair that it has a byte, by which is seen what came from it. */
  @Test
  void isCutFromTheIndexAndWhatCameBehindIt() {
    pairs.produce(0, 20);
    pairs.withdraw(4);
    pairs.produce(20, 8);
    View scanned = cut();
    pairs.index(scanned, 20, Set.of(4));
    pairs.withdraw(6);

    View view = cut();
    View even = cut("fold=0");

    assertThat(ids(view)).containsExactlyInAnyOrderElementsOf(numbers(28, i -> i != 4 && i != 6));
    assertThat(even.samples()).isEqualTo(12);
    long each = scanned.blocks().stream().mapToLong(Block::bytes).sum() / scanned.samples();
    assertThat(view.blocks().stream().mapToLong(Block::bytes).sum())
        .isBetween(18 + 8 * (each - 2), 18 + 8 * (each + 2));
  }

  /** Each kind of takedown, of pairs in the index and behind it; none of them is carried out. */
  @Test
  void leavesOutWhatFallsUnderATakedownThatIsStillToBeCarriedOut() {
    pairs.produce(0, 28);
    pairs.index(cut(), 20, Set.of());

    assertLeavesOut(TakedownKind.PAIR, "3", i -> i != 3);
    assertLeavesOut(TakedownKind.PAIR, "25", i -> i != 25);
    assertLeavesOut(TakedownKind.CONTRIBUTOR, "withdrawn", i -> i % 5 != 0);
    assertLeavesOut(TakedownKind.SOURCE, "host.example", i -> i % 7 != 0);
  }

  private View cut(String... where) {
    return ViewCut.of(source, Stream.of(where).map(Condition::parse).toList(), read -> {});
  }

  /** Ids of the pairs below a number that are as asked. */
  private static List<String> numbers(int end, IntPredicate asked) {
    return IntStream.range(0, end).filter(asked).mapToObj(String::valueOf).toList();
  }

  private void assertLeavesOut(TakedownKind kind, String subject, IntPredicate isSpared) {
    pairs.takeDown(kind, subject);
    View view = cut();
    TestCluster.send(
        cluster, TestCluster.record(cluster.topics().takedowns(), 0, kind.key(subject), null));

    assertThat(ids(view)).containsExactlyInAnyOrderElementsOf(numbers(28, isSpared));
  }

  /** Pair 4 is prepared anew as one that the conditions turn away, pair 5 as one that they take. */
  @Test
  void holdsThePairsAloneForWhichItsConditionsHold() {
    pairs.produce(0, 20);
    TestCluster.send(cluster, pairs.record(4, ProducedPairs.pair(5)));
    TestCluster.send(cluster, pairs.record(5, ProducedPairs.pair(4)));

    View view = cut("fold=0", "height<=" + SIDE);

    assertThat(ids(view)).containsExactlyInAnyOrderElementsOf(numbers(20, i -> i % 2 == 0));
    assertThat(view.where()).containsExactly("fold=0", "height<=4");
    assertThatThrownBy(() -> cut("fold=7"))
        .hasMessageContaining("that a view could hold where fold=7; no pair has fold=7: width and");
    assertThatThrownBy(() -> cut("measure.sharpnes>=1", "fold=1", "label=dogs", "width>=640"))
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining(
            "; no pair has measure.sharpnes>=1; no pair has label=dogs; no pair has width>=640: ")
        .hasMessageEndingWith("what there is, says: pairstream profile");
  }

  /** Pairs 0 to 9 are in the index; 3 and 13 are not answered, of 4 and 14 the model failed. */
  @Test
  void holdsThePairsAloneWhoseAnswersAreAsItsConditionsSay() {
    pairs.produce(0, 20);
    pairs.index(cut(), 10, Set.of());
    answerAllBut(Set.of(3, 13), 20);
    pairs.answer(4, FAILED);
    pairs.answer(14, FAILED);
    pairs.answer(8, null);
    pairs.withdraw(13);
    Waiting waiting = new Waiting();
    List<Condition> where =
        List.of(Condition.parse("answer.nsfw <= 0.7"), Condition.parse("fold=0"));

    View view = ViewCut.of(source, where, waiting);

    assertThat(ids(view)).containsExactlyInAnyOrder("0", "2", "6", "10", "12", "16");
    assertThat(view.where()).containsExactly("answer.nsfw<=0.7", "fold=0");
    assertThat(waiting.last).isEqualTo(Map.of("nsfw", 1L));
    ViewCut.of(source, List.of(Condition.parse("answer.nsfw>=0.6")), waiting);
    assertThat(waiting.last).isEqualTo(Map.of("nsfw", 2L));
  }

  /** Pair 9 is answered, 7 is withdrawn, and pair 20 comes, while 7 and 9 are waited for. */
  @Test
  void waitsForTheAnswersOfThePairsThatItFinds() {
    pairs.produce(0, 20);
    answerAllBut(Set.of(7, 9), 20);
    Waiting waiting = new Waiting();
    waiting.once =
        () -> {
          pairs.produce(20, 1);
          pairs.withdraw(7);
          pairs.answer(9, ProducedPairs.nsfw(0));
        };
    List<Condition> where = List.of(Condition.parse("answer.nsfw<=0.05"));

    View view = ViewCut.answered(source, where, Duration.ofMinutes(5), waiting);

    assertThat(ids(view)).containsExactlyInAnyOrder("0", "9", "10");
    assertThat(waiting.first).isEqualTo(Map.of("nsfw", 2L));
    assertThat(waiting.last).isEmpty();
    pairs.answer(5, null);
    assertThatThrownBy(() -> ViewCut.answered(source, where, Duration.ZERO, waiting))
        .isInstanceOf(InvalidViewException.class)
        .hasMessage(
            "pairs still wait for answers, and nothing was cut: 2 for answer.nsfw, last given at "
                + ProducedPairs.GIVEN
                + "; a card that gives it is asked by: pairstream score --models FOLDER");
    assertThatThrownBy(
            () ->
                ViewCut.answered(
                    source, List.of(Condition.parse("answer.x=1")), Duration.ZERO, waiting))
        .hasMessageContaining(
            "20 for answer.x, which no model has given yet; there are nsfw; a card");
    pairs.answer(
        19, PairAnswer.newBuilder(ProducedPairs.nsfw(1)).setLabels(Map.of("style", "old")).build());
    for (String[] asked :
        new String[][] {
          {"answer.style>=3", "answer.style is a label: compare it by = or !="},
          {"answer.nsfw!=low", "answer.nsfw is a number: compare it with numbers"}
        }) {
      List<Condition> never = List.of(Condition.parse(asked[0]));
      assertThatThrownBy(() -> ViewCut.of(source, never, waiting)).hasMessage(asked[1]);
      assertThatThrownBy(() -> ViewCut.answered(source, never, Duration.ofMinutes(5), waiting))
          .hasMessage(asked[1]);
    }
  }

  @Test
  void theRecipeAddsWhatItHoldsBack() {
    pairs.produce(0, 20);
    answerAllBut(Set.of(2, 7), 20);
    pairs.recipe("answer.nsfw<=0.9");
    pairs.recipe("answer.nsfw>=0.1", "answer.nsfw<=0.3");
    Waiting waiting = new Waiting();

    View view =
        ViewCut.of(
            source,
            List.of(Condition.parse("fold!=2"), Condition.parse("answer.nsfw<=0.3")),
            waiting);

    assertThat(view.where()).containsExactly("fold!=2", "answer.nsfw<=0.3", "answer.nsfw>=0.1");
    assertThat(ids(view)).containsExactlyInAnyOrder("1", "3", "11", "12", "13");
    assertThat(waiting.last).isEqualTo(Map.of("nsfw", 2L));
    assertThat(waiting.unanswerable).isZero();
    pairs.answer(2, FAILED);
    pairs.answer(9, FAILED);
    pairs.answer(9, ProducedPairs.nsfw(0.9));
    assertThat(ViewCut.of(source, List.of(), waiting).samples()).isEqualTo(5);
    assertThat(waiting.last).isEqualTo(Map.of("nsfw", 1L));
    assertThat(waiting.unanswerable).isEqualTo(1);
    pairs.recipe();
    assertThat(ViewCut.of(source, List.of(), waiting).samples()).isEqualTo(20);
  }

  @Test
  void saysWhereNoPairCanHaveAnAnswer() {
    ClusterAccess without =
        KAFKA.dataset(1, TopicCatalogue.TRAINING, TopicCatalogue.INDEX, TopicCatalogue.TAKEDOWNS);
    FeedSource there = new FeedSource(without, PairStatus.TRAINING);

    assertThatThrownBy(
            () -> ViewCut.of(there, List.of(Condition.parse("answer.nsfw<=1")), read -> {}))
        .hasMessageContaining("pair-answers; run")
        .hasMessageContaining("topics create");
  }

  /** Pair i has the answer i % 10 / 10. */
  private void answerAllBut(Set<Integer> without, int count) {
    IntStream.range(0, count)
        .filter(i -> !without.contains(i))
        .forEach(i -> pairs.answer(i, ProducedPairs.nsfw(i % 10 / 10.0)));
  }

  private static final class Waiting implements CutListener {

    private Map<String, Long> first;
    private Map<String, Long> last;
    private long unanswerable;
    private Runnable once = () -> {};

    @Override
    public void read(long records) {}

    @Override
    public void waiting(List<MissingAnswer> missing) {
      Map<String, Long> pairs =
          missing.stream().collect(Collectors.toMap(MissingAnswer::name, MissingAnswer::pairs));
      first = first == null ? pairs : first;
      last = pairs;
      once.run();
      once = () -> {};
    }

    @Override
    public void unanswerable(long pairs) {
      unanswerable = pairs;
    }
  }

  @Test
  void exportsTheOrderOfARunWithoutThePairsThatAreGone() throws IOException {
    pairs.produce(0, 30);
    View view = cut();
    OrderPlan order = new OrderPlan(7, 1, 4);
    List<String> inView = ids(view);
    Map<EpochOrder.Piece, String> byPlace = new HashMap<>();
    for (int block = 0; block < view.blocks().size(); block++) {
      for (int place = 0; place < view.blocks().get(block).size(); place++) {
        byPlace.put(new EpochOrder.Piece(block, place, 1), inView.get(byPlace.size()));
      }
    }
    List<String> expected =
        ExpectedSamples.of(new EpochOrder(view.blocks(), order, 0), record -> true).stream()
            .map(byPlace::get)
            .toList();
    ExportPlan plan = ExportPlan.of(view, order, 11);

    SetExport.Summary summary = export(plan, folder.resolve("set"));

    assertThat(inView).containsExactlyInAnyOrderElementsOf(expected).isNotEqualTo(expected);
    assertThat(exported(folder.resolve("set"))).isEqualTo(expected);
    assertThat(summary.shards()).isEqualTo(3);
    assertThat(summary.leftOut()).isZero();
    View withMarker = withTheOffsetBehindEachBlock(view);
    SetExport.Summary gone =
        export(ExportPlan.of(withMarker, ExportPlan.viewOrder(), 100), folder.resolve("gone"));
    assertThat(gone.samples()).isEqualTo(30);
    assertThat(gone.leftOut()).isEqualTo(withMarker.samples() - 30).isPositive();
    pairs.takeDown(TakedownKind.PAIR, expected.get(12));
    SetExport.Summary later = export(plan, folder.resolve("set"));
    assertThat(later.withdrawn()).isEqualTo(1);
    assertThat(exported(folder.resolve("set"))).hasSize(29).doesNotContain(expected.get(12));
  }

  @Test
  void exportsNoPairOfAnotherSplit() {
    pairs.produce(0, 3);
    TestCluster.send(
        cluster,
        pairs.record(3, PreparedPair.newBuilder(ProducedPairs.pair(3)).setSplit("TEST").build()));
    View view = cut();
    ExportPlan plan = ExportPlan.of(view, ExportPlan.viewOrder(), 11);

    assertThatThrownBy(() -> export(plan, folder.resolve("set")))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("is a pair of TEST, on the topic of TRAINING");
  }

  @Test
  void refusesAViewWhoseRecordsHaveLeftTheLog() {
    pairs.produce(0, 30);
    View view = cut();
    TestCluster.deleteBefore(cluster, new TopicPartition(source.topic(), 1), 3);

    ExportPlan plan = ExportPlan.of(view, ExportPlan.viewOrder(), 11);

    assertThatThrownBy(() -> export(plan, folder.resolve("set")))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("-1 begins at 3: records of the view, from 0 on, have left the log");
  }

  /** The end of a transaction lies there, which reads as a pair that is gone. */
  private static View withTheOffsetBehindEachBlock(View cut) {
    List<Block> blocks = new ArrayList<>();
    for (Block block : cut.blocks()) {
      int offsets = (int) (block.end() - block.begin());
      blocks.add(new Block(block.partition(), block.begin(), block.bytes(), List.of(offsets + 1)));
    }
    return new View(cut.topic(), cut.topicId(), cut.cutAt(), List.of(), blocks);
  }

  /** The names of the images in a folder's tar files, in their order. */
  private static List<String> exported(Path folder) throws IOException {
    List<String> ids = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("training"))) {
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

  private SetExport.Summary export(ExportPlan plan, Path to) throws IOException {
    SetExport.Listener ignored =
        new SetExport.Listener() {
          @Override
          public void written(long samples, long of, long bytes) {}

          @Override
          public void notice(String sentence) {}
        };
    return SetExport.export(source, plan, ObjectStore.open(to.toString()), ignored);
  }

  /** Pair ids in the view's own order, from the topic itself. */
  private List<String> ids(View view) {
    Map<String, String> byOffset = new HashMap<>();
    TestCluster.committed(cluster, source.topic())
        .forEach(
            record ->
                cluster
                    .topics()
                    .training()
                    .decode(record.value())
                    .ifPresent(
                        pair ->
                            byOffset.put(
                                record.partition() + "-" + record.offset(), pair.getPairId())));
    return view.blocks().stream()
        .flatMap(
            block ->
                IntStream.range(0, block.size())
                    .mapToObj(place -> block.partition() + "-" + block.offset(place)))
        .map(byOffset::get)
        .toList();
  }
}
