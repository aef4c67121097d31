package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.RememberingWorker;
import io.pairstream.image.WorkerSettings;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.operations.recipe.DiffReport;
import io.pairstream.operations.recipe.DiffReport.Prediction;
import io.pairstream.operations.recipe.Groups.Group;
import io.pairstream.operations.recipe.RecipeDiff;
import io.pairstream.platform.AppLayout;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Pairs are cleaned by one recipe, what another would make of them is predicted, and then it is
 * tried: on photographs where this machine has some, else on drawings.
 */
class RecipeDiffCommandTest extends OnCluster {

  private static final Path PHOTOGRAPHS =
      Path.of(System.getProperty("pairstream.project.dir", ".."), "../shared/data/coco-mini");

  private static final int PAIRS = 240;

  private static final String OLD =
      """
      image: {min-side-px: 330}
      quality: {min-sharpness: 60, max-bright-share: 0.5, min-contrast: 20}
      caption: {min-words: 11, max-characters: 60, max-capital-share: 0.5}
      split: {validation-share: 0.2}
      """;

  RecipeDiffCommandTest() {
    super(2);
  }

  /** Limits that are in measures alone: some tighter, some looser. */
  @Test
  void predictsWhatOtherLimitsMakeOfThePairs() throws Exception {
    DiffReport report =
        predictsExactly(
            """
            image: {min-side-px: 250, max-aspect-ratio: 1.45}
            quality: {min-sharpness: 40, max-bright-share: 0.2, min-contrast: 35}
            caption: {min-words: 10, max-characters: 57, max-capital-share: 0.5, max-repetition: 0.1}
            split: {validation-share: 0.5}
            """);

    assertThat(report.lost()).hasSizeGreaterThan(1);
    assertThat(report.gained()).isNotEmpty();
    assertThat(report.changed()).extracting(Group::name).contains("TRAINING -> VALIDATION");
    assertThat(report.lost().get(0).examples().get(0).caption()).isNotEmpty();
  }

  /** What is measured of no caption, and other token ids. */
  @Test
  void predictsWhatOtherCaptionsMakeOfThePairs() throws Exception {
    DiffReport report =
        predictsExactly(
            OLD.replace("max-capital-share: 0.5", "max-capital-share: 0.022")
                + "tokens: {length: 12}\n");

    assertThat(report.lost()).isNotEmpty();
    assertThat(report.changed()).extracting(Group::name).containsExactly("tokens.length");
  }

  @Test
  void predictsWhatOtherPixelsMakeOfThePairs() throws Exception {
    DiffReport report =
        predictsExactly(
            OLD.replace("image: {", "image: {mode: keep-ratio-smallest, side-px: 192, ")
                .replace("min-contrast: 20", "min-contrast: 35"));

    assertThat(report.lost()).isNotEmpty();
    assertThat(report.changed()).extracting(Group::name).containsExactly("picture");
  }

  /**
   * What is gone is said, and so is what a limit left; a quarantine is judged from what it keeps.
   */
  @Test
  void saysWhatItLeavesOutAndWhoseReplayWouldPass() throws Exception {
    RecipeFile before = recipe("old.yaml", OLD);
    RecipeFile after = recipe("new.yaml", OLD.replace("max-characters: 60", "max-characters: 70"));
    RecipeFile pixels = recipe("pixels.yaml", OLD + "pixels: {gamma: 1.1}\n");
    clean(cluster, before);
    long gained =
        run("recipe diff", before.name(), after.name(), "--json")
            .json()
            .at("/gained/0/count")
            .asLong();
    Ended replayed =
        run(
            "quarantine replay",
            "--reason",
            "CAPTION_TOO_LONG",
            "--plan",
            "--under",
            after.name(),
            "--json");
    Ended limited = run("recipe diff", before.name(), pixels.name(), "--limit", "3");
    for (int partition = 0; partition < 2; partition++) {
      String topic = cluster.topics().crowdsourced().name();
      TestCluster.deleteBefore(cluster, new TopicPartition(topic, partition), 100);
    }
    JsonNode late = run("recipe diff", before.name(), pixels.name(), "--json").json();

    assertThat(gained).isPositive();
    assertThat(replayed.json().at("/under/passed").asLong()).isEqualTo(gained);
    assertThat(replayed.json().at("/under/rejected/0/examples/0/caption").asText()).isNotEmpty();
    assertThat(limited.out())
        .contains("pixels.gamma", "1.0 -> 1.1", "3 judged from their bytes", ", beyond --limit");
    assertThat(late.at("/left_out/raw record no longer retained").asLong()).isPositive();
    assertThat(run("recipe diff", before.name(), "no-such").err()).contains("no recipe 'no-such'");
    assertThat(run("quarantine replay", "--limit", "1", "--under", "dalle").err())
        .contains("--under is for --plan");
  }

  private DiffReport predictsExactly(String other) throws Exception {
    RecipeFile before = recipe("old.yaml", OLD);
    RecipeFile after = recipe("new.yaml", other);
    ClusterAccess tried = KAFKA.dataset(2);
    clean(cluster, before);
    Map<String, Prediction> predictions = new TreeMap<>();
    DiffReport report;
    try (ImageWorkerPool workers = new ImageWorkerPool(workers())) {
      report =
          new RecipeDiff(
                  cluster,
                  before,
                  after,
                  new RememberingWorker(workers),
                  2,
                  Long.MAX_VALUE,
                  pair -> assertThat(predictions.put(pair.pairId(), pair)).isNull())
              .run();
    }
    clean(tried, after);

    Map<String, String> predicted = new TreeMap<>();
    predictions.forEach(
        (id, is) -> predicted.put(id, is.becomes() + (is.changed().isEmpty() ? "" : " changed")));
    Map<String, PreparedPair> contents = published(cluster);
    Map<String, PreparedPair> triedContents = published(tried);
    Map<String, String> actual = new TreeMap<>();
    receipts(tried)
        .forEach(
            (id, receipt) -> {
              PreparedPair is = triedContents.get(id);
              PreparedPair was = contents.get(id);
              boolean changed = is != null && was != null && !content(is).equals(content(was));
              if (!receipt.getReason().equals("DUPLICATE_PAIR")) {
                actual.put(id, receipt.getReason() + (changed ? " changed" : ""));
              }
            });
    assertThat(predicted).isEqualTo(actual).hasSizeGreaterThan(PAIRS / 2);
    assertThat(report.pairs()).isEqualTo(predictions.size());
    assertThat(report.leftOut().keySet()).allMatch(why -> why.startsWith("copies"));
    return report;
  }

  private RecipeFile recipe(String name, String text) throws IOException {
    return RecipeFile.find(Files.writeString(folder.resolve(name), text).toString());
  }

  private static List<Object> content(PreparedPair pair) {
    return List.of(
        pair.getImage(),
        pair.getCaption(),
        pair.getLanguage(),
        pair.getTokenIds(),
        pair.getTexts(),
        pair.getSplit(),
        pair.getFold());
  }

  private static Map<String, PreparedPair> published(ClusterAccess of) {
    Map<String, PreparedPair> pairs = new HashMap<>();
    for (Topic<String, PreparedPair> topic :
        List.of(of.topics().training(), of.topics().validation(), of.topics().test())) {
      TestCluster.committedValues(of, topic).forEach(pair -> pairs.put(pair.getPairId(), pair));
    }
    return pairs;
  }

  private static Map<String, Receipt> receipts(ClusterAccess of) {
    Map<String, Receipt> receipts = new HashMap<>();
    TestCluster.committedValues(of, of.topics().receipts())
        .forEach(receipt -> receipts.put(receipt.getPairId(), receipt));
    return receipts;
  }

  /** Sends the pairs to a data set and cleans them. */
  private void clean(ClusterAccess into, RecipeFile recipe) throws Exception {
    List<RawPair> pairs = pairs();
    try (var producer = TestCluster.producer(into, "")) {
      for (RawPair pair : pairs) {
        String digest = PairIdentity.imageDigest(pair.getImage());
        var unused =
            producer.send(TestCluster.record(into.topics().crowdsourced(), null, digest, pair));
      }
    }
    Cluster whole =
        new Cluster(
            into.clientSettings().get("bootstrap.servers").toString(),
            into.registry().addresses(),
            into.dataset(),
            TestDataset.SETTINGS,
            Map.of());
    try (PreprocessService service =
        new PreprocessService(
            new PreprocessSettings(
                whole.without(EnumSet.allOf(ClusterRequirement.class)),
                recipe.name(),
                folder.resolve(into.dataset().name()),
                2,
                workers()))) {
      Await.until(
          "all pairs are cleaned",
          () -> TestCluster.committed(into, into.topics().receipts().name()).size() == pairs.size(),
          () -> "some are not; ended: " + service.hasEnded());
      long published =
          receipts(into).values().stream()
              .filter(receipt -> PairStatus.valueOf(receipt.getStanding()).isPublished())
              .count();
      Await.until(
          "all pairs are in the index",
          () -> TestCluster.committed(into, into.topics().index().name()).size() == published,
          () -> "some are not");
    }
  }

  private static WorkerSettings workers() {
    return WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 2)
        .withDeadline(Duration.ofSeconds(20))
        .withStartLimit(Duration.ofMinutes(10));
  }

  private static List<RawPair> pairs() throws IOException {
    List<RawPair> pairs = new ArrayList<>();
    if (!Files.isDirectory(PHOTOGRAPHS)) {
      DrawnPairs drawn = new DrawnPairs(1);
      for (int i = 0; i < PAIRS; i++) {
        pairs.add(drawn.at(i).pair());
      }
      return pairs;
    }
    for (String line : Files.readAllLines(PHOTOGRAPHS.resolve("captions.jsonl"))) {
      JsonNode photograph = JsonMapper.builder().build().readTree(line);
      byte[] image = Files.readAllBytes(PHOTOGRAPHS.resolve(photograph.get("file").asText()));
      int captions = pairs.size() < 100 ? photograph.get("captions").size() : 1;
      for (int i = 0; i < captions; i++) {
        pairs.add(
            RawPair.newBuilder()
                .setImage(ByteBuffer.wrap(image))
                .setCaption(photograph.get("captions").get(i).asText())
                .setReceivedAt(Instant.EPOCH)
                .build());
      }
    }
    return pairs;
  }
}
