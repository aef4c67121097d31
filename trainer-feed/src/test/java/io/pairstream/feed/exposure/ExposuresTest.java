package io.pairstream.feed.exposure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.feed.exposure.Exposures.Exposure;
import io.pairstream.feed.exposure.Exposures.Seen;
import io.pairstream.feed.exposure.Exposures.Site;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.ExpectedSamples;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.RunExtent;
import io.pairstream.schemas.wire.AvroSafety;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExposuresTest {

  static {
    AvroSafety.install();
  }

  private static final String TOPIC = "flowers.training";
  private static final Instant NOTED = Instant.parse("2026-11-25T12:00:00Z");

  private final Random random = new Random(3);
  private final View view = view(40);
  private final RunLog runs = new RunLog();
  private final Map<String, List<EpochOrder.Piece>> orders = new HashMap<>();

  private View view(int blockCount) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < blockCount; i++) {
      blocks.add(new Block(i % 3, 0, 1, List.of(1 + random.nextInt(12), 1 + random.nextInt(3), 2)));
    }
    List<Block> inOrder = new ArrayList<>();
    for (int partition = 0; partition < 3; partition++) {
      long at = 5;
      for (Block block : blocks) {
        if (block.partition() == partition) {
          inOrder.add(new Block(partition, at, 1, block.runs()));
          at = inOrder.get(inOrder.size() - 1).end() + random.nextInt(2);
        }
      }
    }
    return new View(TOPIC, "id", NOTED, List.of(), inOrder);
  }

  /** How far a run over a view has come. */
  private record At(String view, OrderPlan plan, long epoch, long samples) {}

  private At begin(OrderPlan plan, long epoch) {
    return new At(view.fingerprint(), plan, epoch, 0);
  }

  private static RunExtent note(String parent, At at, int batchSize, boolean keepsLast) {
    return RunExtent.newBuilder()
        .setParent(parent)
        .setFingerprint(at.view())
        .setEpoch((int) at.epoch())
        .setSamples(at.samples())
        .setSeed(at.plan().seed())
        .setLanes(at.plan().lanes())
        .setWindow(at.plan().window())
        .setBatchSize(batchSize)
        .setKeepsLast(keepsLast)
        .setProposedAt(NOTED)
        .build();
  }

  private void take(String name, RunExtent note) {
    runs.take("r/" + name, note);
  }

  private Map<String, Exposure> of(Map<String, List<Site>> pairs, Exposures.Presence presence) {
    return new Exposures(runs, List.of(), List.of(view), presence)
        .of(pairs).stream().collect(Collectors.toMap(one -> one.checkpoint().name(), one -> one));
  }

  private Map<String, List<Site>> pairs() {
    Map<String, List<Site>> pairs = new HashMap<>();
    for (Block block : view.blocks()) {
      for (int place = 0; place < block.size(); place++) {
        Site site = new Site(TOPIC, block.partition(), block.offset(place));
        pairs.put(site.toString(), List.of(site));
      }
    }
    return pairs;
  }

  /** Where the next batch begins: in the next epoch where no batch is left of this one. */
  private At next(At at, int size, boolean keepsLast) {
    long least = keepsLast ? 1 : size;
    return at.samples() + least <= view.samples() ? at : begin(at.plan(), at.epoch() + 1);
  }

  private List<EpochOrder.Piece> samples(OrderPlan plan, long epoch) {
    return orders.computeIfAbsent(
        plan + "/" + epoch,
        any -> ExpectedSamples.of(new EpochOrder(view.blocks(), plan, epoch), record -> true));
  }

  /** Fifty checkpoints with branches from older ones, other batch sizes and numbers of ranks. */
  @ParameterizedTest
  @CsvSource({"false,20,6", "true,20,6", "false,0,32", "false,256,32"})
  void agreesWithALogOfEverySample(boolean keepsLast, int window, int lanes) {
    OrderPlan plan = new OrderPlan(7, lanes, window);
    Map<String, Map<String, List<Seen>>> logs = new HashMap<>();
    List<At> positions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      int parent = i % 7 == 6 ? random.nextInt(i) : i - 1;
      At at = parent < 0 ? begin(plan, 0) : positions.get(parent);
      Map<String, List<Seen>> log = new HashMap<>();
      logs.getOrDefault("c" + parent, Map.of())
          .forEach((pair, seen) -> log.put(pair, new ArrayList<>(seen)));
      int size = (1 + random.nextInt(20)) * (1 + random.nextInt(4));
      for (int step = random.nextInt(30); step > 0; step--) {
        at = next(at, size, keepsLast);
        List<EpochOrder.Piece> samples = samples(plan, at.epoch());
        long end = Math.min(at.samples() + size, samples.size());
        for (long number = at.samples(); number < end; number++) {
          EpochOrder.Piece piece = samples.get((int) number);
          Block block = view.blocks().get(piece.block());
          Site site = new Site(TOPIC, block.partition(), block.offset(piece.first()));
          log.computeIfAbsent(site.toString(), any -> new ArrayList<>())
              .add(new Seen("c" + i, at.epoch(), at.samples() / size, number - at.samples(), true));
        }
        at = next(new At(at.view(), plan, at.epoch(), at.samples() + size), size, keepsLast);
      }
      positions.add(at);
      logs.put("c" + i, log);
      take("c" + i, note(parent < 0 ? "" : "c" + parent, at, size, keepsLast));
    }

    Map<String, Exposure> found = of(pairs(), (site, time) -> false);

    assertThat(pairs()).hasSizeGreaterThan(100);
    assertThat(positions).anyMatch(position -> position.epoch() > 5);
    assertThat(found).hasSize(50);
    found.forEach(
        (name, exposure) -> {
          assertThat(exposure.unknown()).isEmpty();
          assertThat(exposure.seen()).as(name).isEqualTo(logs.get(name));
        });
  }

  @Test
  void saysPerhapsWhereAWindowHeldWithdrawnPairs() {
    OrderPlan plan = new OrderPlan(7, 2, 20);
    At end = begin(plan, 1);
    RunExtent heeding = note("", end, 8, true);
    heeding.setTakedowns(1);
    take("a", heeding);
    RunExtent later = note("a", begin(plan, 2), 8, true);
    later.setTakedowns(1);
    later.setProposedAt(NOTED.plusSeconds(3600));
    take("b", later);
    Site gone = new Site(TOPIC, 0, 5);
    Instant goneAt = NOTED.plusSeconds(600);

    Map<String, Exposure> found =
        of(pairs(), (site, at) -> !site.equals(gone) || at.isBefore(goneAt));

    List<Seen> first = found.get("a").seen().get(gone.toString());
    assertThat(first).singleElement().matches(Seen::certain);
    assertThat(found.get("b").seen().get(gone.toString()))
        .hasSize(2)
        .last()
        .isEqualTo(new Seen("b", 1, -1, -1, false));
    assertThat(found.get("b").seen().values().stream().filter(seen -> !seen.get(1).certain()))
        .as("those of its window")
        .hasSizeBetween(18, 24);
    RunExtent last = note("b", begin(plan, 3), 8, true);
    last.setTakedowns(1);
    take("c", last);
    assertThat(
            of(pairs(), (site, at) -> !site.equals(gone) || at.isBefore(goneAt))
                .get("c")
                .seen()
                .get(gone.toString()))
        .as("it was gone before b")
        .hasSize(2);
  }

  @Test
  void saysWhyItDoesNotKnow() {
    OrderPlan plan = new OrderPlan(7, 2, 20);
    At at = begin(plan, 1);
    take("a", note("", at, 8, false));
    take("b", note("a", begin(plan, 2), 8, false));
    take("a", note("b", begin(plan, 3), 8, false));
    RunExtent mix = note("", begin(plan, 0), 8, false);
    mix.setLanes(0);
    take("mix", mix);
    RunExtent passed = note("", at, 8, false);
    passed.setExact(false);
    take("passed", passed);
    take("other", note("", new At("f00", plan, 1, 0), 8, false));

    Map<String, Exposure> found = of(pairs(), (site, time) -> true);

    assertThat(found.get("b").unknown()).contains("went on from r/a, which is not noted, or");
    assertThat(found.get("a").unknown()).isEqualTo(found.get("b").unknown());
    assertThat(found.get("mix").unknown()).contains("a mix, or");
    assertThat(found.get("other").unknown()).contains("its view f00", "--view FILE");
    assertThat(found.get("passed").seen().values())
        .isNotEmpty()
        .allMatch(seen -> !seen.get(0).certain() && seen.get(0).step() == -1);
  }
}
