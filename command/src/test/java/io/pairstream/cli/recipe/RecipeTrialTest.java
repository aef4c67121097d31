package io.pairstream.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.operate.canary.CanaryProbe;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.SourceKind;
import io.pairstream.tools.recipe.ContactSheet;
import io.pairstream.tools.recipe.RecipeTrial;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTrialTest {

  @AutoClose private static ImageWorkerPool workers;

  @TempDir Path folder;

  private final List<String> problems = new ArrayList<>();
  private ContactSheet sheet;

  @BeforeAll
  static void startWorkers() {
    workers =
        new ImageWorkerPool(
            AppLayout.workers(2).withLimits(Duration.ofMinutes(1), Duration.ofMinutes(10)));
  }

  @Test
  void countsWhatBecomesOfEachPair() throws Exception {
    picture("small.png", 120, 90);
    picture("good.png", 320, 240);
    list(
        "good.png\tA circle on a green field",
        "small.png\tA circle that is too small",
        "gone.png\tThis one is never seen",
        "good.png\tA circle on a green field",
        "good.png\tToo few");

    RecipeTrial.Result result = tryOut("");

    assertThat(result.pairs()).isEqualTo(4);
    assertThat(result.kept().values()).containsExactly(1L);
    assertThat(result.copies()).isEqualTo(1);
    assertThat(reasons(result))
        .containsOnly(
            entry(RejectReason.IMAGE_TOO_SMALL, 1L), entry(RejectReason.CAPTION_TOO_SHORT, 1L));
    assertThat(result.refusals())
        .flatExtracting(RecipeTrial.Refusals::examples)
        .extracting(RecipeTrial.Example::where)
        .containsExactlyInAnyOrder("captions.tsv:3", "captions.tsv:6");
    assertThat(result.problemCount()).isEqualTo(1);
    assertThat(problems).singleElement().asString().startsWith("captions.tsv:4: ");
  }

  @Test
  void theRecipeDecides() throws Exception {
    picture("small.png", 120, 90);
    list("small.png\tA circle that is small enough");

    assertThat(tryOut("image: {min-side-px: 90}").kept().values()).containsExactly(1L);
  }

  /** Names and captions are a stranger's; pixels are the worker's alone. */
  @Test
  void sheetShowsPicturesReasonsAndMeasuresAndRunsNothing() throws Exception {
    String evil = "</p><script>alert(1)</script> \" onerror='x' {body} %s";
    picture("small <b>.png", 120, 90);
    picture("good.png", 320, 240);
    Files.write(folder.resolve("torn.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    list(
        "good.png\tA circle on a green field " + evil,
        "small <b>.png\tA circle that is too small",
        "torn.png\tA circle that is not seen");
    sheet = new ContactSheet(workers);

    tryOut("image: {min-side-px: 200}");
    String page = sheet.html("dalle on " + evil);

    assertThat(page)
        .contains("<h2>Kept, as the model sees them<", "<h2>Rejected: IMAGE_TOO_SMALL<")
        .contains("captions.tsv:2", "measured 90 px", "256×256 px from 320×240<br>")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot; onerror=&#39;x&#39; {body} %s")
        .doesNotContain("<script", "<b>");
    assertThat(page.split("<img ", -1)).hasSize(3);
    assertThat(page).doesNotContainPattern("(src|href|action)=\"(?!data:image/(jpeg|png);base64,)");
    String style = page.replaceFirst("(?s).*<style>(.*)</style>.*", "$1");
    assertThat(page)
        .contains(
            "content=\"default-src 'none'; img-src data:; style-src 'sha256-"
                + Base64.getEncoder().encodeToString(Sha256.of(style))
                + "'; base-uri 'none'; form-action 'none'\"");
  }

  /** Canaries meet the real rules and a real image worker, however little a recipe asks for. */
  @ParameterizedTest
  @ValueSource(strings = {"", "image: {min-side-px: 1}\ncaption: {min-words: 1}\n"})
  void canariesAreRejectedOnceAWorkerHasLookedAtThem(String recipe) throws Exception {
    canaries();

    assertThat(reasons(tryOut(recipe)))
        .containsOnly(entry(RejectReason.IMAGE_DAMAGED, (long) CanaryProbe.COUNT));
  }

  @ParameterizedTest
  @FieldSource("io.pairstream.cleaning.recipe.RecipeFile#SHIPPED")
  void canariesAreRejectedByEachRecipeThatIsShipped(String name) throws Exception {
    canaries();

    assertThat(tryOut(RecipeFile.find(name).reader()).kept()).isEmpty();
  }

  private void canaries() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CanaryProbe.COUNT; i++) {
      RawPair canary = CanaryProbe.pair(i, Instant.EPOCH);
      Files.write(folder.resolve(i + ".png"), canary.getImage().array());
      lines.add(i + ".png\t" + canary.getCaption());
    }
    list(lines.toArray(String[]::new));
  }

  private RecipeTrial.Result tryOut(String recipe) {
    return tryOut(RecipeReader.parse("test.yaml", recipe));
  }

  private RecipeTrial.Result tryOut(RecipeReader recipe) {
    CleaningPlan plan = new CleaningPlan(recipe, workers, StepObserver.NONE);
    try (PairSource source = PairSource.open(folder, SourceOptions.of(SourceKind.IMPORTED));
        RecipeTrial trial = new RecipeTrial(plan, 2, sheet, pairs -> {})) {
      RecipeTryCommand.tryPairs(source, Long.MAX_VALUE, trial, problems::add);
      return trial.result();
    }
  }

  private static Map<RejectReason, Long> reasons(RecipeTrial.Result result) {
    return result.refusals().stream()
        .collect(Collectors.toMap(RecipeTrial.Refusals::reason, RecipeTrial.Refusals::count));
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
