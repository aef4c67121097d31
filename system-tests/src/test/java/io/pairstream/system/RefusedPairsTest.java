package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pairs that are refused for what a model said of them, published before the recipe rejected and
 * since, while both who asks and who takes them out are killed at it: each pair ends up in exactly
 * one place, by its answer.
 */
@Tag("full")
@Timeout(900)
class RefusedPairsTest extends OnServedDataset {

  private static final int PAIRS = 120;
  private static final int EARLIER = 60;

  private static final Path MODEL =
      Path.of(
          System.getProperty("pairstream.project.dir"),
          "image-worker/src/test/resources/io/pairstream/image/models/mean-brightness.onnx");

  private final DrawnPairs drawn = DrawnPairs.plain(1);
  private PairstreamProcess preprocess;

  @BeforeEach
  void createTopics() {
    dataset.createTopics(2);
  }

  @Test
  void eachPairIsInOnePlaceByItsAnswerWhicheverProcessIsKilled() throws Exception {
    writeCard();
    prepareUnder("answers: {brightness: {max: 1, when-outside: hold}}");
    send(0, EARLIER);
    awaitPublished(EARLIER);
    Await.until("the recipe is recorded", () -> records("recipes").size() == 1, preprocess::said);
    assertThat(conditions()).containsExactly("answer.brightness<=1");
    askUntilKilledAt(() -> answers().size() >= EARLIER / 4);
    run(score());
    double limit = median();
    preprocess.kill();
    prepareUnder("answers: {brightness: {max: %s, when-outside: reject}}".formatted(limit));
    Await.until("the recipe is recorded", () -> records("recipes").size() == 2, preprocess::said);

    askUntilKilledAt(() -> records("takedowns").size() >= 5);
    Await.until("some are taken out", () -> tombstones().size() >= 5, preprocess::said);
    preprocess.kill();
    send(EARLIER, PAIRS);
    run(score());
    prepareUnder("answers: {brightness: {max: %s, when-outside: reject}}".formatted(limit));
    awaitPublished(PAIRS);
    askUntilKilledAt(() -> answers().size() >= EARLIER + 20);
    run(score());
    Set<String> outside = outside(limit);
    Await.until(
        "all that is outside is taken out",
        () -> tombstones().size() >= outside.size(),
        preprocess::said);

    assertEachIsInOnePlace(outside);
    assertThat(records("pair-answers"))
        .as("of each pair one thing is said, and of refused ones too")
        .extracting(RefusedPairsTest::key)
        .doesNotHaveDuplicates()
        .hasSize(PAIRS);
    send(0, PAIRS);
    Await.until(
        "what came again is rejected",
        () -> records("quarantine").size() == outside.size() + PAIRS,
        preprocess::said);
    assertThat(published()).hasSize(PAIRS);
    assertThat(run("audit")).contains("0 differences");
  }

  /** The model's number is the mean of a picture's pixels. */
  private void writeCard() throws IOException {
    Path cards = Files.createDirectory(folder.resolve("cards"));
    Files.copy(MODEL, cards.resolve("mean-brightness.onnx"));
    Files.writeString(
        cards.resolve("judge.yaml"),
        """
        name: judge
        file: mean-brightness.onnx
        licence: CC0-1.0
        source: made by a script
        picture:
          tensor: pixels
          side-px: 16
          scale: 0.00392156862745098
        outputs:
          brightness:
            tensor: score
        """);
  }

  private String score() {
    return "score --batch 2 --until-end --models %s --state-dir %s"
        .formatted(folder.resolve("cards"), folder.resolve("answers"));
  }

  /** Conditions of views that the last recorded recipe adds. */
  private List<String> conditions() {
    List<RecordedRecipe> recipes = dataset.committedValues(dataset.topics().recipes());
    return recipes.get(recipes.size() - 1).getConditions();
  }

  private void assertEachIsInOnePlace(Set<String> outside) {
    Map<String, Integer> tombstones = tombstones();
    assertThat(tombstones.keySet()).isEqualTo(outside);
    assertThat(tombstones.values()).containsOnly(1);
    assertThat(published()).hasSize(PAIRS);
    List<QuarantinedPair> entries = dataset.committedValues(dataset.topics().quarantine());
    assertThat(entries)
        .extracting(QuarantinedPair::getPairId)
        .containsExactlyInAnyOrderElementsOf(outside);
    assertThat(entries)
        .allSatisfy(
            entry -> {
              assertThat(entry.getReason()).isEqualTo("MODEL_REFUSED");
              assertThat(entry.getMeasured().getValue())
                  .isGreaterThan(entry.getMeasured().getLimit());
              assertThat(entry.getSent().getCaption()).isNotEmpty();
            });
    Map<String, Receipt> receipts = new HashMap<>();
    dataset
        .committedValues(dataset.topics().receipts())
        .forEach(receipt -> receipts.put(receipt.getPairId(), receipt));
    assertThat(receipts).hasSize(PAIRS);
    receipts.forEach(
        (pair, receipt) ->
            assertThat(receipt.getStatus())
                .isEqualTo(outside.contains(pair) ? "QUARANTINED" : "TRAINING"));
  }

  private void send(int from, int to) throws IOException {
    try (PairPublisher publisher = publisher()) {
      for (int i = from; i < to; i++) {
        publisher.publish(drawn.at(i).pair()).join();
      }
    }
  }

  private void prepareUnder(String answers) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            "split: {validation-share: 0, test-share: 0}\n"
                + "near-copies: {policy: ignore}\n"
                + answers);
    preprocess =
        start("preprocess --workers 1 --recipe", recipe, "--state-dir", folder.resolve("state"));
  }

  private void awaitPublished(int pairs) {
    Await.until("all are published", () -> published().size() == pairs, preprocess::said);
  }

  private void askUntilKilledAt(BooleanSupplier moment) throws Exception {
    PairstreamProcess asking = start(score());
    Await.until(
        "it is time to kill", () -> moment.getAsBoolean() || !asking.isAlive(), asking::said);
    asking.kill();
  }

  private double median() {
    return answers().values().stream().sorted().skip(EARLIER / 2).findFirst().orElseThrow();
  }

  private Set<String> outside(double limit) {
    return answers().entrySet().stream()
        .filter(answer -> answer.getValue() > limit)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** The last answer about each pair. */
  private Map<String, Double> answers() {
    Map<String, Double> answers = new HashMap<>();
    for (PairAnswer answer : dataset.committedValues(dataset.topics().pairAnswers())) {
      answers.put(answer.getPairId(), answer.getNumbers().get("brightness"));
    }
    return answers;
  }

  /** Pairs that were published at some time. */
  private Set<String> published() {
    Set<String> published = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : records("training")) {
      if (record.value() != null) {
        assertThat(published.add(key(record))).as("published once").isTrue();
      }
    }
    return published;
  }

  /** How many tombstones each pair has. */
  private Map<String, Integer> tombstones() {
    Map<String, Integer> tombstones = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records("training")) {
      if (record.value() == null) {
        tombstones.merge(key(record), 1, Integer::sum);
      }
    }
    return tombstones;
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return dataset.committed(dataset.dataset().topic(topic));
  }
}
