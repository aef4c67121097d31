package io.pairstream.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.order.EpochOrder.Piece;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MixCourseTest {

  private static final OrderPlan PLAN = new OrderPlan(7, 4, 3);

  static List<JsonNode> conformance() throws IOException {
    try (InputStream in = MixCourseTest.class.getResourceAsStream("order/conformance.json")) {
      return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false)
          .filter(entry -> entry.has("mix"))
          .toList();
    }
  }

  /** The file is written by a second implementation, in Python, which passes over every sample. */
  @ParameterizedTest
  @MethodSource("conformance")
  void isTheMixOfTheConformanceFile(JsonNode expected) throws Exception {
    List<WeightedView> views = new ArrayList<>();
    for (JsonNode part : expected.get("mix")) {
      List<Integer> sizes = new ArrayList<>();
      part.get("sizes").forEach(size -> sizes.add(size.intValue()));
      views.add(new WeightedView(view(sizes), part.get("weight").intValue()));
    }
    OrderPlan plan =
        new OrderPlan(
            expected.get("seed").longValue(),
            expected.get("lanes").intValue(),
            expected.get("window").intValue());
    FeedSettings settings = FeedSettings.ofBatches(expected.get("batch").intValue());
    ViewRun run = ViewRun.ofMix(views, plan);

    Position start = run.skip(run.begin(), expected.get("skip").longValue(), settings);
    Steps steps = run.steps(start, settings);
    List<String> batches = new ArrayList<>();
    for (int i = 0; i < expected.get("batches").intValue(); i++) {
      batches.add(text(steps.next().orElseThrow()));
    }

    byte[] text = String.join("\n", batches).getBytes(StandardCharsets.UTF_8);
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text)))
        .isEqualTo(expected.get("digest").textValue());
  }

  /** Whoever begins at the position behind a step, as any rank, sees what the others go on with. */
  @Test
  void goesOnBehindEachStepWithOtherRanks() throws Exception {
    ViewRun run =
        ViewRun.ofMix(
            List.of(
                new WeightedView(view(List.of(3, 4, 2)), 3),
                new WeightedView(view(List.of(5, 5)), 2)),
            PLAN);
    Steps unbroken = run.steps(run.begin(), FeedSettings.ofBatches(8));
    Position position = run.begin();
    for (int i = 0; i < 20; i++) {
      Step step = unbroken.next().orElseThrow();
      Step first = run.rank(0, 2).steps(position, FeedSettings.ofBatches(4)).next().orElseThrow();
      Step second = run.rank(1, 2).steps(position, FeedSettings.ofBatches(4)).next().orElseThrow();

      List<List<String>> ranks = List.of(samples(first), samples(second));
      assertThat(Interleaved.of(ranks)).isEqualTo(samples(step));
      assertThat(MixPosition.parse(step.behind().toJson())).isEqualTo(step.behind());
      position = step.behind();
    }
  }

  @Test
  void givesEachViewItsShareOfEveryBatch() throws Exception {
    OrderPlan plan = new OrderPlan(1, 24, 2);
    ViewRun run =
        ViewRun.ofMix(
            List.of(
                new WeightedView(view(List.of(100, 100)), 2),
                new WeightedView(view(List.of(50)), 1)),
            plan);
    Steps steps = run.steps(run.begin(), FeedSettings.ofBatches(24));
    for (int i = 0; i < 50; i++) {
      Map<Integer, Integer> ofBatch = new HashMap<>();
      for (Turn turn : steps.next().orElseThrow().turns()) {
        ofBatch.merge(turn.pass().part(), 1, Integer::sum);
      }
      assertThat(ofBatch).isEqualTo(Map.of(0, 16, 1, 8));
    }
  }

  @Test
  void refusesWhatIsNoMix() {
    WeightedView nine = new WeightedView(view(List.of(9)), 1);
    WeightedView eight = new WeightedView(view(List.of(8)), 1000);

    assertThatThrownBy(() -> ViewRun.ofMix(List.of(nine), PLAN))
        .hasMessageContaining("a mix has two or more views");
    assertThatThrownBy(() -> ViewRun.ofMix(List.of(nine, eight), PLAN))
        .hasMessageContaining("at most 1,000 together, not [1, 1000]");
    assertThatThrownBy(() -> ViewRun.ofMix(List.of(nine, nine), PLAN).epochs(1))
        .hasMessageContaining("a mix has no end of an epoch");
    WeightedView other =
        new WeightedView(
            new View("pairs.test", "2", Instant.EPOCH, List.of(new Block(0, 0, 9, List.of(9)))), 1);
    assertThatThrownBy(() -> ViewRun.ofMix(List.of(nine, other), PLAN))
        .hasMessageContaining("are of one topic, not of pairs.training (1) and pairs.test (2)");
  }

  @Test
  void refusesPositionsOfAnotherRun() {
    WeightedView nine = new WeightedView(view(List.of(9)), 2);
    WeightedView eight = new WeightedView(view(List.of(8)), 1);
    Position position = ViewRun.ofMix(List.of(nine, eight), PLAN).begin();

    assertRefused(ViewRun.ofMix(List.of(eight, nine), PLAN), position, "of another mix");
    assertRefused(
        ViewRun.ofMix(List.of(nine, eight), new OrderPlan(8, 4, 3)), position, "another order");
    assertRefused(ViewRun.of(nine.view(), PLAN), position, "not one of a run over a view");
    assertRefused(
        ViewRun.ofMix(List.of(nine, eight), PLAN),
        ViewRun.of(nine.view(), PLAN).begin(),
        "not one of a mix");
    assertThatThrownBy(() -> MixPosition.parse("{\"mix\":[]}"))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining("no position of a mix of views");
  }

  private static void assertRefused(ViewRun run, Position position, String message) {
    assertThatThrownBy(() -> run.steps(position, FeedSettings.ofBatches(4)))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining(message);
  }

  private static String text(Step step) {
    return String.join(" ", samples(step));
  }

  private static List<String> samples(Step step) {
    List<String> samples = new ArrayList<>();
    for (Turn turn : step.turns()) {
      Piece one = turn.pass().order().records(turn.lane(), turn.window()).get(turn.at());
      samples.add(turn.pass().part() + ":" + one.block() + ":" + one.first());
    }
    return samples;
  }

  private static View view(List<Integer> sizes) {
    List<Block> blocks = new ArrayList<>();
    long begin = 0;
    for (int size : sizes) {
      blocks.add(new Block(0, begin, size, List.of(size)));
      begin += size;
    }
    return new View("pairs.training", "1", Instant.EPOCH, blocks);
  }
}
