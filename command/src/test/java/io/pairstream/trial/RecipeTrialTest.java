package io.pairstream.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.operations.canary.CanaryPair;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTrialTest {

  private static ImageWorkerPool workers;

  @TempDir Path folder;

  private final List<TriedPair> pairs = new ArrayList<>();
  private final List<SourceItem.Problem> problems = new ArrayList<>();

  @BeforeAll
  static void startWorkers() {
    workers =
        new ImageWorkerPool(
            WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 2)
                .withDeadline(Duration.ofMinutes(1))
                .withStartLimit(Duration.ofMinutes(10)));
  }

  @AfterAll
  static void stopWorkers() {
    workers.close();
  }

  @Test
  void tellsOfEachPairInTheListsOrder() throws Exception {
    picture("small.png", 120, 90);
    picture("good.png", 320, 240);
    list(
        "good.png\tA circle on a green field",
        "small.png\tA circle that is too small",
        "gone.png\tNobody sees this one",
        "good.png\tA circle on a green field",
        "good.png\tToo few");

    tryOut("");

    assertThat(pairs)
        .extracting(TriedPair::where)
        .containsExactly("captions.tsv:2", "captions.tsv:3", "captions.tsv:5", "captions.tsv:6");
    assertThat(pairs.get(0).verdict()).isInstanceOf(Verdict.Kept.class);
    assertThat(reason(pairs.get(1))).isEqualTo(RejectReason.IMAGE_TOO_SMALL);
    assertThat(pairs.get(2).verdict()).isEqualTo(new Verdict.Copy());
    assertThat(reason(pairs.get(3))).isEqualTo(RejectReason.CAPTION_TOO_SHORT);
    assertThat(problems).extracting(SourceItem.Problem::where).containsExactly("captions.tsv:4");
  }

  @Test
  void theRecipeDecides() throws Exception {
    picture("small.png", 120, 90);
    list("small.png\tA circle that is small enough");

    tryOut("image: {min-side-px: 90}");

    assertThat(pairs)
        .singleElement()
        .extracting(TriedPair::verdict)
        .isInstanceOf(Verdict.Kept.class);
  }

  @Test
  void sheetShowsWhatIsKeptAndWhyNotTheRest() throws Exception {
    picture("small.png", 120, 90);
    picture("good.png", 320, 240);
    list(
        "good.png\tA &lt;b&gt;circle&lt;/b&gt; &amp; a field",
        "small.png\t<script>alert(1)</script> is small \u202Eevil");

    tryOut("");
    TrialSummary summary = new TrialSummary();
    pairs.forEach(summary::add);
    String html = new ContactSheet("a <title>", summary).html();

    assertThat(html)
        .contains("<title>a &lt;title&gt;</title>")
        .containsOnlyOnce("src=\"data:image/jpeg;base64,/9j/")
        .contains("IMAGE_TOO_SMALL")
        .contains("its shorter side must have at least 200 px")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
        .doesNotContain("<script")
        .doesNotContain("\u202E");
  }

  @Test
  void examplesAreThePairsWithTheSmallestIds() {
    TrialSummary summary = new TrialSummary();
    for (int i = 50; i > 0; i--) {
      summary.add(new TriedPair("somewhere", String.format("%02d", i), "", refusal()));
    }

    TrialSummary.Refusals refusals = summary.refusals().get(0);
    assertThat(refusals.count()).isEqualTo(50);
    assertThat(refusals.examples()).hasSize(40).first().returns("01", TriedPair::pairId);
  }

  /** Canaries meet the real rules and a real image worker, however little a recipe asks for. */
  @ParameterizedTest
  @ValueSource(strings = {"", "image: {min-side-px: 1}\ncaption: {min-words: 1}\n"})
  void canariesAreTurnedAwayOnceAWorkerHasLookedAtThem(String recipe) throws Exception {
    canaries();

    tryOut(recipe);

    assertThat(pairs)
        .hasSize(CanaryPair.COUNT)
        .extracting(RecipeTrialTest::reason)
        .containsOnly(RejectReason.IMAGE_DAMAGED);
  }

  @ParameterizedTest
  @FieldSource("io.pairstream.cleaning.recipe.RecipeFile#SHIPPED")
  void canariesAreTurnedAwayByEachRecipeThatIsShipped(String name) throws Exception {
    canaries();

    tryOut(RecipeFile.find(name).reader());

    assertThat(pairs)
        .hasSize(CanaryPair.COUNT)
        .allMatch(pair -> pair.verdict() instanceof Verdict.Refused);
  }

  private void canaries() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CanaryPair.COUNT; i++) {
      RawPair canary = CanaryPair.of(i, Instant.EPOCH);
      Files.write(folder.resolve(i + ".png"), canary.getImage().array());
      lines.add(i + ".png\t" + canary.getCaption());
    }
    list(lines.toArray(String[]::new));
  }

  private static Verdict refusal() {
    return new Verdict.Refused(new Rejection(RejectReason.CAPTION_TOO_SHORT, "too short", "", ""));
  }

  private void tryOut(String recipe) {
    tryOut(RecipeReader.parse("test.yaml", recipe));
  }

  private void tryOut(RecipeReader recipe) {
    CleaningPlan plan = new CleaningPlan(recipe, workers, StepObserver.NONE);
    try (PairSource source = new PairSources(SourceOptions.of(SourceKind.IMPORTED)).open(folder)) {
      new RecipeTrial(plan, 2).run(source, Long.MAX_VALUE, pairs::add, problems::add);
    }
  }

  private static RejectReason reason(TriedPair pair) {
    return ((Verdict.Refused) pair.verdict()).rejection().reason();
  }

  private void list(String... lines) throws Exception {
    Files.writeString(
        folder.resolve("captions.tsv"), "image\tcaption\n" + String.join("\n", lines) + "\n");
  }

  private void picture(String name, int widthPx, int heightPx) throws Exception {
    BufferedImage picture = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(new Color(40, 160, 60));
    graphics.fillRect(0, heightPx / 2, widthPx, heightPx);
    graphics.setColor(Color.ORANGE);
    graphics.fillOval(widthPx / 4, heightPx / 4, widthPx / 3, heightPx / 3);
    graphics.dispose();
    ImageIO.write(picture, "png", folder.resolve(name).toFile());
  }
}
