package io.pairstream.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.NewCommandTest;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.RememberingWorker;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.tools.recipe.DiffReport;
import io.pairstream.tools.recipe.DiffReport.Prediction;
import io.pairstream.tools.recipe.Groups.Group;
import io.pairstream.tools.recipe.RecipeDiff;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Predictions of what another recipe would make of pairs, which are then tried. */
class RecipeDiffCommandTest extends OnCluster {

  private static final int PAIRS = 120;

  private static final String OLD =
      """
      image: {min-side-px: 330}
      quality: {min-sharpness: 60, max-bright-share: 0.5, min-contrast: 20}
      caption: {min-words: 11, max-characters: 60, max-capital-share: 0.5}
      split: {validation-share: 0.2}
      """;

  private static ClusterAccess raw;

  /** Data set that the recipe before has made of them. */
  private static ClusterAccess old;

  RecipeDiffCommandTest() {
    super(raw);
  }

  @BeforeAll
  static void make() {
    raw = sharedDataset(2);
    old = null;
  }

  @BeforeEach
  void draw() throws IOException {
    if (old == null) {
      draw(new DrawnPairs(1), PAIRS);
      old = clean("old", recipe("old", OLD).name());
    }
  }

  /** Limits that are in measures alone: some tighter, some looser. */
  @Test
  void predictsWhatOtherLimitsMakeOfThePairs() throws Exception {
    DiffReport report =
        predictsExactly(
            """
            image: {min-side-px: 250, max-aspect-ratio: 1.45}
            quality: {min-sharpness: 40, max-bright-share: 0.1, min-contrast: 45}
            caption: {min-words: 10, max-characters: 57, max-capital-share: 0.5, max-repetition: 0.1}
            split: {validation-share: 0.5}
            """);

    assertThat(report.lost()).hasSizeGreaterThan(1);
    assertThat(report.gained()).isNotEmpty();
    assertThat(report.changed()).extracting(Group::name).contains("TRAINING -> VALIDATION");
    assertThat(report.lost().get(0).examples().get(0).caption()).isNotEmpty();
  }

  /** Captions without measures, and other token ids. */
  @Tag("full")
  @Test
  void predictsWhatOtherCaptionsMakeOfThePairs() throws Exception {
    DiffReport report =
        predictsExactly(
            OLD.replace("max-capital-share: 0.5", "max-capital-share: 0.022")
                + "tokens: {length: 12}\n");

    assertThat(report.lost()).isNotEmpty();
    assertThat(report.changed()).extracting(Group::name).containsExactly("tokens.length");
  }

  @Tag("full")
  @Test
  void predictsWhatOtherPixelsMakeOfThePairs() throws Exception {
    DiffReport report =
        predictsExactly(
            OLD.replace("image: {", "image: {mode: keep-ratio-smallest, side-px: 192, ")
                .replace("min-contrast: 20", "min-contrast: 35"));

    assertThat(report.lost()).isNotEmpty();
    assertThat(report.changed()).extracting(Group::name).containsExactly("picture");
  }

  /** Verdicts of functions that were changed, and of one that fails; {@code try} sees it too. */
  @Tag("full")
  @Test
  void predictsWhatOtherStepsInPythonMakeOfThePairs() throws Exception {
    String code =
        """
        from pairstream_steps import Refuse
        def words(caption, *, refuse=0):
            lot = sum(map(ord, caption)) % 7
            if lot == refuse: raise Refuse("by lot")
            return 3 if lot == 1 else caption + "!"
        def look(picture, *, least=90):
            if picture.mean() < least: raise Refuse("too dark")
        """;
    String steps =
        """
        python:
          look: {file: FILE.py, call: look, sees: picture, python: PYTHON, with: {least: 60}}
          words: {file: FILE.py, call: words, python: PYTHON, with: {refuse: 0}}
        """
            .replace("PYTHON", NewCommandTest.python());
    Files.writeString(folder.resolve("one.py"), code);
    Files.writeString(folder.resolve("two.py"), code.replace("\"!\"", "\"?\""));
    String before = steps.replace("FILE", "one");
    ClusterAccess under = clean("steps", recipe("old", before).name());

    DiffReport report =
        predictsExactly(
            under, before, steps.replace("FILE", "two").replace("refuse: 0", "refuse: 2"));
    assertThat(report.lost()).extracting(Group::name).containsExactly("REFUSED_BY_PLUGIN");
    assertThat(report.changed()).extracting(Group::name).containsExactly("caption");
    assertThat(report.gained()).extracting(Group::name).containsExactly("REFUSED_BY_PLUGIN");
    String name = recipe("old", before).name();
    assertThat(Ended.on(under, "recipe diff", name, name).ended(ExitStatus.FOUND_WRONG).out())
        .contains(report.crashed() + " pairs would fail in a step: mend it, and compare again");
    String drawn = folder.resolve("drawn").toString();
    Ended.after("draw --pairs 20", drawn).done();
    assertThat(Ended.after("recipe try --recipe", name, drawn).ended(ExitStatus.FOUND_WRONG).out())
        .containsPattern("\\d pairs? failed in a step: mend it, and try again");
  }

  /** Pairs beyond a limit are named; a quarantine is judged from what it keeps. */
  @Test
  void saysWhatItLeavesOutAndWhoseReplayWouldPass() throws Exception {
    String before = recipe("old", OLD).name();
    String after = recipe("new", OLD.replace("max-characters: 60", "max-characters: 70")).name();
    String pixels = recipe("pixels", OLD + "pixels: {gamma: 1.1}\n").name();
    long gained = diff(old, before, after, "--json").json().at("/gained/0/count").asLong();
    String replay = "quarantine replay --reason CAPTION_TOO_LONG --plan --json --under";
    JsonNode replayed = Ended.on(old, replay, after).done().json();
    Ended limited = diff(old, before, pixels, "--limit", "3");

    assertThat(gained).isPositive();
    assertThat(replayed.at("/under/passed").asLong()).isEqualTo(gained);
    assertThat(replayed.at("/under/rejected/0/examples/0/caption").asText()).isNotEmpty();
    assertThat(limited.out())
        .contains("pixels.gamma", "1.0 -> 1.1", "3 judged from their bytes", ", beyond --limit");
    assertThat(run("recipe diff", before, "no-such").err()).contains("no recipe 'no-such'");
    assertThat(run("quarantine replay --limit 1 --under dalle").err())
        .contains("--under is for --plan");
  }

  private static Ended diff(ClusterAccess of, String before, String after, String... more) {
    return Ended.on(of, "recipe diff " + before + " " + after, more).done();
  }

  /** The data set in which a recipe has cleaned the pairs. */
  private ClusterAccess clean(String name, String recipe) {
    String into = cluster.dataset().name() + "-" + name;
    rerun("raw", into, recipe);
    return dataset(into);
  }

  private DiffReport predictsExactly(String other) throws Exception {
    return predictsExactly(old, OLD, other);
  }

  private DiffReport predictsExactly(ClusterAccess judged, String was, String other)
      throws Exception {
    RecipeFile before = recipe("old", was);
    RecipeFile after = recipe("new", other);
    Map<String, Prediction> predictions = new HashMap<>();
    DiffReport report;
    try (ImageWorkerPool workers = new ImageWorkerPool(AppLayout.workers(2))) {
      report =
          new RecipeDiff(
                  judged,
                  before,
                  after,
                  new RememberingWorker(workers),
                  2,
                  Long.MAX_VALUE,
                  pair -> assertThat(predictions.put(pair.pairId(), pair)).isNull())
              .run();
    }
    ClusterAccess tried = clean(report.after(), after.name());

    Map<String, String> predicted = new TreeMap<>();
    predictions.forEach(
        (id, is) -> predicted.put(id, is.becomes() + (is.changed().isEmpty() ? "" : " changed")));
    Map<String, List<Object>> published = published(judged);
    Map<String, List<Object>> now = published(tried);
    Map<String, String> actual = new TreeMap<>();
    receipts(tried)
        .forEach(
            (id, receipt) -> {
              boolean changed =
                  now.containsKey(id)
                      && !now.get(id).equals(published.getOrDefault(id, now.get(id)));
              actual.put(id, receipt.getReason() + (changed ? " changed" : ""));
            });
    actual.values().removeIf("DUPLICATE_PAIR"::equals);
    assertThat(predicted).isEqualTo(actual).hasSizeGreaterThan(PAIRS / 2);
    assertThat(report.pairs()).isEqualTo(predictions.size());
    assertThat(report.leftOut().keySet()).allMatch(why -> why.startsWith("copies"));
    return report;
  }

  private RecipeFile recipe(String name, String text) throws IOException {
    return RecipeFile.find(Files.writeString(folder.resolve(name + ".yaml"), text).toString());
  }

  /** Published values by pair. */
  private static Map<String, List<Object>> published(ClusterAccess of) {
    Map<String, List<Object>> pairs = new HashMap<>();
    for (var topic :
        List.of(of.topics().training(), of.topics().validation(), of.topics().test())) {
      for (PreparedPair pair : TestCluster.committedValues(of, topic)) {
        pairs.put(
            pair.getPairId(),
            List.of(
                pair.getImage(),
                pair.getCaption(),
                pair.getLanguage(),
                pair.getTokenIds(),
                pair.getTexts(),
                pair.getSplit(),
                pair.getFold()));
      }
    }
    return pairs;
  }
}
