package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.feed.view.View;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Views of pairs whose answers the recipe limits, cut by processes of their own, also while nothing
 * runs that knows the recipe.
 */
@Tag("full")
@Timeout(600)
class HeldBackPairsTest extends OnServedDataset {

  private static final int PAIRS = 12;

  @BeforeEach
  void createTopics() {
    dataset.createTopics(2);
  }

  @Test
  void viewsTakeWhatIsAnsweredAndWithinTheLimitsOfTheLastRecipe() throws Exception {
    try (PairPublisher publisher = served.publisher()) {
      DrawnPairs drawn = DrawnPairs.plain(1);
      for (int i = 0; i < PAIRS; i++) {
        publisher.publish(drawn.at(i).pair()).join();
      }
    }
    prepare("{max: 0.5, when-outside: hold}", 1);
    List<PreparedPair> pairs = dataset.committedValues(dataset.topics().training());
    assertThat(cut("none.json"))
        .contains("all pairs that could be in the view wait for answers: 12 for answer.nsfw");

    for (int i = 2; i < PAIRS; i++) {
      answer(pairs.get(i), PairAnswer.newBuilder().setNumbers(Map.of("nsfw", i / 10.0)).build());
    }
    answer(pairs.get(1), PairAnswer.newBuilder().setStatus("FAILED").setReason("CRASHED").build());
    assertThat(cut("held.json"))
        .contains("1 pair waits for answer.nsfw", "1 pair left out: the model failed");
    assertThat(view("held.json").samples()).isEqualTo(4);
    assertThat(view("held.json").where()).containsExactly("answer.nsfw<=0.5");

    prepare("{max: 0.3, when-outside: hold}", 2);
    cut("stricter.json");
    assertThat(view("stricter.json").samples()).isEqualTo(2);
    prepare("{max: 0.3}", 3);
    cut("shadow.json");
    assertThat(view("shadow.json").samples()).isEqualTo(PAIRS);
    assertThat(dataset.committedValues(dataset.topics().training()))
        .extracting(PreparedPair::getRecipeVersion)
        .hasSize(PAIRS)
        .containsOnly(pairs.get(0).getRecipeVersion());
  }

  /** Runs preprocessing until it has recorded its recipe, and all pairs are published. */
  private void prepare(String limit, int recorded) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            "split: {validation-share: 0, test-share: 0}\nanswers:\n  nsfw: " + limit);
    try (PairstreamProcess preprocess =
        start("preprocess --workers 1 --recipe", recipe, "--state-dir", folder.resolve("state"))) {
      Await.until(
          "the recipe is recorded and all is published",
          () ->
              dataset.committed(dataset.topics().recipes().name()).size() == recorded
                  && dataset.committed(dataset.topics().training().name()).size() == PAIRS,
          preprocess::said);
    }
  }

  /** Cuts a view, and answers what was said. */
  private String cut(String file) throws IOException {
    try (PairstreamProcess cut = start("view cut", folder.resolve(file))) {
      Await.until("it is cut", () -> !cut.isAlive(), cut::said);
      return cut.said();
    }
  }

  private View view(String file) throws IOException {
    return View.parse(Files.readString(folder.resolve(file)));
  }

  private void answer(PreparedPair pair, PairAnswer said) {
    dataset.send(dataset.topics().pairAnswers().record(pair.getPairId() + "/judge", said));
  }
}
