package io.pairstream.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewFile;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RunExtent;
import io.pairstream.service.cluster.TestCluster;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExposureCommandTest extends OnCluster {

  private static final String PAIR = "%032x";
  private static final OrderPlan PLAN = new OrderPlan(5, 2, 3);
  private static final int BATCH = 6;

  ExposureCommandTest() {
    super(2);
  }

  @Test
  void tellsOfEachCheckpointWhenItHasSeenAPair() throws IOException {
    train(20);
    index("VALIDATION", 900, 3, "anna");
    run("view cut all");
    run("view cut " + folder.resolve("all.view"));
    View view = ViewFile.read(folder.resolve("all.view"));
    note("", "step-2", view.fingerprint(), 0, 12);
    note("step-2", "step-5", view.fingerprint(), 1, 12);
    String id = sample(view, 1, 8);
    Ended text = run("exposure", id);
    List<JsonNode> json = run("exposure", id, "--json").jsonLines();

    List<String> places = new ArrayList<>();
    for (int number = 0; number < 18 + 12; number++) {
      if (sample(view, number / 18, number % 18).equals(id)) {
        places.add(
            "epoch %d, step %d, place %d"
                .formatted(number / 18, number % 18 / BATCH, number % BATCH));
      }
    }
    String topic = cluster.topics().training().name();
    assertThat(text.out()).startsWith("pair " + id + ": " + topic + "-");
    assertThat(places).hasSize(2).last().isEqualTo("epoch 1, step 1, place 2");
    assertThat(text.out()).contains(places).containsPattern("r1/step-5 +seen 2 times ");
    assertThat(json.get(1).path("seen").findValuesAsText("step")).hasSize(2).endsWith("1");
    assertThat(json.get(1).path("parent").asText()).isEqualTo("r1/step-2");
    assertThat(run("exposure", PAIR.formatted(900)).out()).containsPattern("step-5 +not seen\n");

    Ended plan = run("takedown", "--contributor", "anna", "--plan");
    assertThat(plan.out())
        .contains(
            "seen by 2 checkpoints of the run r1: step-2, step-5\n",
            "pairstream exposure PAIR_ID ");
    assertThat(run("takedown --contributor anna --plan --json").json().path("seen_by").path("r1"))
        .hasSize(2);
    assertThat(run("takedown --contributor unknown --plan").out()).doesNotContain("seen by");

    run("view drop all --yes");
    assertThat(run("exposure", id).out()).contains("not known", "--view FILE");
    assertThat(run("exposure", id, "--view", folder.resolve("all.view").toString()).out())
        .contains(places);
  }

  @Test
  void saysWhatItDoesNotKnow() {
    Ended none = run("exposure", PAIR.formatted(1)).done();
    train(1);
    note("", "a", run("view cut all --json").json().path("fingerprint").asText(), 0, 1);

    assertThat(none.err()).contains("no checkpoint is noted");
    run("exposure", PAIR.formatted(99))
        .failedInALine(ExitStatus.FOUND_WRONG, "the index knows no pair " + PAIR.formatted(99));
  }

  /** Id of a sample of an epoch: of the 20 pairs, 18 make three batches. */
  private static String sample(View view, long epoch, long number) {
    EpochOrder order = new EpochOrder(view.blocks(), PLAN, epoch);
    EpochOrder.Place place = order.place(number);
    return order
        .ordered(
            place.lane(),
            place.window(),
            piece -> {
              Block block = view.blocks().get(piece.block());
              return IntStream.range(piece.first(), piece.first() + piece.count())
                  .mapToObj(at -> PAIR.formatted(2 * block.offset(at) + block.partition()))
                  .toList();
            })
        .get(place.at());
  }

  private void note(String parent, String name, String fingerprint, int epoch, long samples) {
    RunExtent note =
        RunExtent.newBuilder()
            .setParent(parent)
            .setFingerprint(fingerprint)
            .setEpoch(epoch)
            .setSamples(samples)
            .setSeed(PLAN.seed())
            .setLanes(PLAN.lanes())
            .setWindow(PLAN.window())
            .setBatchSize(BATCH)
            .setKeepsLast(false)
            .setProposedAt(Instant.now())
            .build();
    TestCluster.send(cluster, TestCluster.record(cluster.topics().runs(), 0, "r1/" + name, note));
  }

  private void train(int count) {
    for (int i = 0; i < count; i++) {
      String id = PAIR.formatted(i);
      TestCluster.send(
          cluster, TestCluster.record(cluster.topics().training(), i % 2, id, trainingPair(id)));
      index("TRAINING", i, i / 2, i < 3 ? "anna" : "ben");
    }
  }

  private void index(String split, int number, long offset, String contributor) {
    IndexedPair entry =
        IndexedPair.newBuilder()
            .setSplit(split)
            .setPartition(number % 2)
            .setOffset(offset)
            .setBytes(300)
            .setMetadata(PairMetadata.newBuilder().setContributor(contributor).build())
            .build();
    String id = PAIR.formatted(number);
    TestCluster.send(cluster, TestCluster.record(cluster.topics().index(), 0, id, entry));
  }
}
