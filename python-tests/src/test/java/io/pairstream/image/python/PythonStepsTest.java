package io.pairstream.image.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.StepWorker.Shown;
import io.pairstream.cleaning.image.StepWorker.Verdict.Kept;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.sandbox.WorkerSettings;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions in Python as steps of a recipe, in real processes. */
class PythonStepsTest {

  private static final String CAPTION = "a red kite flies over the hills in the evening";

  private static String python;
  @AutoClose private static ImageWorkerPool workers;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    python = PythonModelTest.interpreter();
    workers =
        new ImageWorkerPool(
            WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
                .withLimits(Duration.ofMinutes(5), Duration.ofMinutes(5)));
  }

  private String section(String keys) {
    return "python:\n  own:\n    file: steps.py\n    call: f\n    python: "
        + python
        + "\n"
        + keys.indent(4);
  }

  private CleaningPlan plan(String code, String keys) throws IOException {
    Files.writeString(folder.resolve("steps.py"), code);
    String yaml = section(keys);
    return new CleaningPlan(
        RecipeReader.parse(folder.resolve("recipe.yaml").toString(), yaml),
        workers,
        StepObserver.NONE);
  }

  private static Outcome<CleanedPair> clean(CleaningPlan plan, String caption, int grey)
      throws IOException {
    BufferedImage image = new BufferedImage(400, 300, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D pen = image.createGraphics();
    pen.setColor(new Color(grey, grey, grey));
    pen.fillRect(0, 0, 400, 300);
    for (int i = 0; i < 400; i += 7) {
      pen.setColor(new Color((i * 3) % 256, (i * 5) % 256, (i * 11) % 256));
      pen.drawLine(i, 0, 399 - i, 299);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    SubmittedPair pair =
        new SubmittedPair(
            new EncodedImage(png.toByteArray()),
            new ReceivedCaption(caption, "en", ""),
            Map.of(),
            Set.of());
    return plan.gate(pair).then(plan::clean);
  }

  private static Rejection rejection(Outcome<?> outcome) {
    return outcome.rejectedOnly().get(0);
  }

  @Test
  void aStepKeepsChangesAndRefusesCaptions() throws IOException {
    CleaningPlan plan =
        plan(
            """
            from pairstream_steps import Refuse
            def f(caption, language, *, most=1):
                if caption.count("$") > most:
                    raise Refuse("more prices than words", "\u4ef7\u683c\u592a\u591a")
                return caption.replace(" | acme.com", "") + " (" + language + ")"
            """,
            "with:\n  most: 2\n");

    assertThat(clean(plan, CAPTION + " | acme.com", 9).keptOnly())
        .singleElement()
        .satisfies(
            pair -> assertThat(pair.caption().caption().text()).isEqualTo(CAPTION + " (en)"));
    Rejection refused = rejection(clean(plan, CAPTION + " $1 $2 $3", 9));
    assertThat(refused.reason().name()).isEqualTo("REFUSED_BY_PLUGIN");
    assertThat(refused.detail()).isEqualTo("the step own refuses it: more prices than words");
    assertThat(refused.measured().translations()).containsEntry("zh", "\u4ef7\u683c\u592a\u591a");
  }

  @Test
  void aStepSeesThePictureThatWillBePublishedWhichStaysAsItIs() throws IOException {
    String sees =
        """
        from pairstream_steps import Refuse
        def f(picture, measures):
            assert picture.shape == (256, 256, 3), picture.shape
            assert measures["aspect_ratio"] == 400 / 300
            if picture.mean() > 128:
                raise Refuse("too light")
        """;
    CleaningPlan plan = plan(sees, "sees: picture\n");
    CleaningPlan without =
        new CleaningPlan(RecipeReader.parse("none", ""), workers, StepObserver.NONE);

    CleanedPair kept = clean(plan, CAPTION, 9).keptOnly().get(0);
    assertThat(kept.image()).isEqualTo(clean(without, CAPTION, 9).keptOnly().get(0).image());
    assertThat(rejection(clean(plan, CAPTION, 250)).detail())
        .isEqualTo("the step own refuses it: too light");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "raise ValueError('odd')       | ValueError: odd (steps.py:3)",
        "return 3                      | f returned int: a step returns nothing, or a caption",
        "return 'two\\nlines'          | a caption is one line of whole characters",
        "os._exit(3)                   | ended its process with status 3",
        "time.sleep(60)                | gave no answer in 500 ms; it stood in steps.py:3",
      })
  void aFaultCostsThePairAloneAndIsSaidWithItsLine(String line, String words) throws IOException {
    CleaningPlan plan =
        plan(
            "import os, time\ndef f(caption):\n    if 'bad' in caption: " + line + "\n",
            "max-ms: 500\n");

    Rejection failed = rejection(clean(plan, CAPTION + " bad", 9));

    assertThat(failed.reason().name()).isEqualTo("PLUGIN_CRASHED");
    assertThat(failed.detail()).isEqualTo("the step own failed: " + words);
    assertThat(clean(plan, CAPTION, 9).keptOnly()).hasSize(1);
  }

  @Test
  void memoryThatAFunctionKeepsCostsItsProcessAndNoPair() throws IOException {
    plan("kept = []\ndef f(caption): kept.append(bytes(300 << 20))\n", "max-ms: 1000\n");
    StepProcesses opened = workers.steps().get(workers.steps().size() - 1);

    for (int i = 0; i < 8; i++) {
      assertThat(opened.ask(0, Shown.caption(CAPTION, "en"))).isEqualTo(new Kept(CAPTION));
    }
  }

  @Test
  void aFunctionThatCannotBeCalledIsNoPairsFault() throws IOException {
    CleaningPlan plan = plan("def g(caption): pass\n", "");

    assertThatThrownBy(() -> clean(plan, CAPTION, 9))
        .isInstanceOf(ImageWorkerUnavailableException.class)
        .hasMessage("steps.py has no f; it has g");
    assertThatThrownBy(() -> clean(plan("def f(picture): pass\n", ""), CAPTION, 9))
        .hasMessage(
            "f has no argument caption, which the recipe shows it; it has picture: write sees: picture");
    workers.rehearse();
    assertThat(workers.trouble()).isEqualTo("steps.py has no f; it has g");
    assertThat(workers.available()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "return next(iter(set(caption.split())))         | own gives two verdicts on one pair: \"kept: ",
        "seen.append(1); return str(len(seen))           | own gives two verdicts on one pair: \"kept: ",
        "return str(random.random())                     | ''",
        "return str(np.random.default_rng(7).random())   | ''",
        "return caption                                  | ''",
      })
  void stepsThatAreNotPureAreFound(String line, String words) throws IOException {
    plan("import random\nimport numpy as np\nseen = []\ndef f(caption):\n    " + line + "\n", "");
    StepProcesses opened = workers.steps().get(workers.steps().size() - 1);

    List<String> problems = StepProbe.problems(opened);

    assertThat(String.join("", problems)).startsWith(words);
    assertThat(problems).hasSize(words.isEmpty() ? 0 : 1);
  }

  /** As a step that reads a clock, of which two processes say the same when it is checked. */
  @Test
  void eachThousandthVerdictIsAskedOfAnotherProcess() throws IOException {
    plan("import os\ndef f(caption): return os.environ['PYTHONHASHSEED']\n", "");
    StepProcesses opened = workers.steps().get(workers.steps().size() - 1);

    for (int i = 0; i < 1000; i++) {
      opened.ask(0, Shown.caption(CAPTION, "en"));
    }

    assertThat(opened.disagreements()).containsExactly(Map.entry("own", 1L));
  }

  @Test
  void theVersionIsWhatAVerdictDependsOn() throws IOException {
    String code = "def f(caption): pass\n";
    String version = plan(code, "").version();

    assertThat(plan(code, "max-ms: 100\n").version()).isEqualTo(version);
    assertThat(
            List.of(
                plan(code + "#", "").version(),
                plan(code, "version: 2\n").version(),
                plan(code, "with:\n  a: 1\n").version(),
                plan(code, "sees: picture\n").version()))
        .doesNotContain(version)
        .doesNotHaveDuplicates();
  }

  @Test
  void anInterpreterThatIsNotThereIsAProblemOfTheRecipe() throws IOException {
    Files.writeString(folder.resolve("steps.py"), "");
    String yaml = section("").replace(python, ".venv/bin/python");

    assertThatThrownBy(
            () ->
                new CleaningPlan(
                    RecipeReader.parse(folder.resolve("r.yaml").toString(), yaml),
                    workers,
                    StepObserver.NONE))
        .isInstanceOf(InvalidRecipeException.class)
        .hasMessageContaining(
            ".venv/bin/python is not there; make it: python3 -m venv .venv && .venv/bin/python -m pip install numpy");
  }
}
