package io.pairstream.cleaning.plugin;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.image.SampleImages;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.CleaningPlan.GatedPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.RecipeChange;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginsTest {

  /** Source of a hostile step, which does odd things by the caption's first word. */
  private static final String ODD =
      """
      package odd;

      import io.pairstream.plugin.*;

      public final class Odd implements CaptionPlugin, PluginStep<Caption> {
        public String name() { return "odd"; }
        public String inWords() { return "does odd things"; }
        public PluginStep<Caption> step(PluginSettings settings) {
          switch (settings.text("setup", "")) {
            case "throws": throw new IllegalStateException("no\\nluck");
            case "null": return null;
            case "key": settings.text("jar", ""); return this;
            default: return this;
          }
        }
        public Verdict<Caption> apply(Caption caption) {
          switch (caption.text().split(" ")[0]) {
            case "throws": throw new IllegalStateException("no\\nluck");
            case "recursion": return apply(caption);
            case "missing": return Missing.verdict(caption);
            case "asserts": throw new AssertionError("never");
            case "null": return null;
            case "surrogate": return Verdict.keep(caption.withText("a dog and \\ud800 half"));
            case "lines": return Verdict.keep(caption.withText("a dog and\\na ball"));
            case "wordless": return Verdict.refuse("", "");
            case "peeps":
              try {
                return Verdict.refuse(Class.forName("io.pairstream.cleaning.Step").getName(), "x");
              } catch (ClassNotFoundException e) {
                return Verdict.refuse("sees nothing", "看不到");
              }
            case "empties": return Verdict.keep(caption.withText(""));
            default: return Verdict.keep(caption);
          }
        }
        static final class Missing {
          static Verdict<Caption> verdict(Caption caption) { return Verdict.keep(caption); }
        }
      }
      """;

  @TempDir static Path work;
  private static final List<String> JARS = List.of("acme-steps.jar", "odd.jar");

  @TempDir private Path folder;
  private Path example;
  private Path odd;

  @BeforeEach
  void lay() throws IOException {
    for (String jar : JARS) {
      Files.copy(work.resolve(jar), folder.resolve(jar));
    }
    example = folder.resolve(JARS.get(0));
    odd = folder.resolve(JARS.get(1));
  }

  @BeforeAll
  static void compile() throws IOException {
    JarOfSteps jars = new JarOfSteps(work);
    jars.pack(JarOfSteps.EXAMPLE.resolve("src"), work.resolve("acme-steps.jar"), name -> true);
    Path source = Files.createDirectories(work.resolve("odd")).resolve("Odd.java");
    Files.writeString(source, ODD);
    services(source.getParent(), "odd.Odd");
    jars.pack(source.getParent(), work.resolve("odd.jar"), name -> !name.contains("Missing"));
  }

  private static void services(Path sources, String classes) throws IOException {
    Path services = Files.createDirectories(sources.resolve("META-INF/services"));
    Files.writeString(services.resolve("io.pairstream.plugin.CaptionPlugin"), classes);
  }

  private CleaningPlan plan(Path recipe) throws IOException {
    return new CleaningPlan(
        RecipeFile.find(recipe.toString()).reader(),
        (image, asked) -> Outcome.kept(prepared(image.image())),
        StepObserver.NONE);
  }

  private CleaningPlan plan(String recipe) throws IOException {
    return plan(Files.writeString(folder.resolve("recipe.yaml"), recipe));
  }

  private CleaningPlan oddPlan() throws IOException {
    return plan("plugins: {odd: {jar: %s}}".formatted(odd));
  }

  /** The example as its author has it: recipe, list and jar in one folder. */
  private CleaningPlan examplePlan() throws IOException {
    for (String name : List.of("recipe.yaml", "shops.txt")) {
      Files.copy(JarOfSteps.EXAMPLE.resolve(name), folder.resolve(name));
    }
    return plan(folder.resolve("recipe.yaml"));
  }

  private static PreparedImage prepared(ProbedImage image) {
    return SampleImages.prepared(
        image.widthPx(),
        image.heightPx(),
        3L,
        Map.of("colour_deviation", 50.0, "entropy_bits", 4.0));
  }

  private static Outcome<CleanedPair> clean(CleaningPlan plan, String caption, int widthPx) {
    ProbedImage image = SampleImages.probed(ImageType.JPEG, widthPx, 400);
    return plan.clean(
        new GatedPair(image, PixelBox.WHOLE, new ReceivedCaption(caption, "en", ""), Set.of()));
  }

  private static Rejection rejection(CleaningPlan plan, String caption) {
    return clean(plan, caption, 640).rejectedOnly().get(0);
  }

  private static String text(Outcome<CleanedPair> outcome) {
    return outcome.keptOnly().get(0).caption().caption().text();
  }

  @Test
  void theExampleCompilesAgainstThePackageAloneAndJudges() throws IOException {
    CleaningPlan plan = examplePlan();

    assertThat(text(clean(plan, "An oak table by a window | Acme Living", 640)))
        .isEqualTo("An oak table by a window");
    Rejection price = rejection(plan, "An oak table for only € 120");
    assertThat(price.reason()).isEqualTo(RejectReason.REFUSED_BY_PLUGIN);
    assertThat(price.detail())
        .isEqualTo("the step acme-prices refuses it: it names a price, € 120");
    assertThat(price.measured().inWords()).isEqualTo("it names a price, € 120");
    assertThat(price.measured().translations()).isEqualTo(Map.of("zh", "文字中有价格：€ 120"));
    assertThat(clean(plan, "A sale of oak tables", 1200).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.REFUSED_BY_PLUGIN);
    assertThat(clean(plan, "A sale of oak tables", 1199).keptOnly()).hasSize(1);
  }

  @Test
  void theRecipeExplainsStepsOfPlugins() throws IOException {
    assertThat(examplePlan().steps())
        .filteredOn(step -> step.name().startsWith("plugin."))
        .extracting(step -> step.stage() + " " + step.name() + " " + step.inWords())
        .containsExactly(
            "caption plugin.acme-prices refuses captions with more than 0 prices",
            "caption plugin.acme-shop-names cuts off the names of 2 shops",
            "image plugin.acme-banners refuses pictures 3.0 times as wide as high with less than"
                + " 5.0 bits");
  }

  @Test
  void theVersionIsOfTheJarsContentAndNotOfItsPlace() throws IOException {
    String here = plan("plugins: {acme-prices: {jar: %s}}".formatted(example)).version();
    Path other = Files.copy(example, folder.resolve("other.jar"));
    String moved = plan("plugins: {acme-prices: {jar: other.jar}}").version();
    Files.write(other, new byte[] {0}, StandardOpenOption.APPEND);
    String changed = plan("plugins: {acme-prices: {jar: other.jar}}").version();

    assertThat(moved).isEqualTo(here).isNotEqualTo(plan("").version());
    assertThat(changed).isNotEqualTo(here);
  }

  @Test
  void anotherJarOfAStepOfCaptionsMakesThemAgainWithoutPixels() throws IOException {
    Path other = Files.copy(example, folder.resolve("other.jar"));
    CleaningPlan before = plan("plugins: {acme-prices: {jar: other.jar}}");
    Files.write(other, new byte[] {0}, StandardOpenOption.APPEND);
    RecipeChange change =
        new RecipeChange(before, plan("plugins: {acme-prices: {jar: other.jar}}"));

    assertThat(change.keys()).containsOnlyKeys("plugins.acme-prices.jar");
    assertThat(change.isByMeasures()).isFalse();
    assertThat(change.isWithoutPixels()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "throws, IllegalStateException: no luck",
    "recursion, StackOverflowError",
    "missing, NoClassDefFoundError: odd/Odd$Missing",
    "asserts, AssertionError: never",
    "null, NullPointerException: no verdict",
    "surrogate, IllegalArgumentException: a caption is one line of whole characters",
    "lines, IllegalArgumentException: a caption is one line of whole characters",
    "wordless, 'IllegalArgumentException: english must have 1 to 300 characters on one line:'",
  })
  void aCrashCostsOneRecord(String does, String fault) throws IOException {
    CleaningPlan plan = oddPlan();

    Rejection rejection = rejection(plan, does + " a ball at the beach");

    assertThat(rejection.reason()).isEqualTo(RejectReason.PLUGIN_CRASHED);
    assertThat(rejection.detail()).isEqualTo("the step odd failed: " + fault);
    assertThat(rejection.measured().inWords()).isEqualTo("odd: " + fault);
    assertThat(text(clean(plan, "A dog with a ball", 640))).isEqualTo("A dog with a ball");
  }

  @Test
  void aPluginSeesNothingOfTheServiceItRunsIn() throws IOException {
    assertThat(rejection(oddPlan(), "peeps at a ball").measured().found())
        .isEqualTo("sees nothing");
  }

  @Test
  void whatAPluginMakesOfACaptionIsCheckedAsAnyCaptionIs() throws IOException {
    assertThat(rejection(oddPlan(), "empties a ball").reason())
        .isEqualTo(RejectReason.CAPTION_TOO_SHORT);
  }

  private Set<String> problems(String recipe) {
    InvalidRecipeException refused =
        catchThrowableOfType(InvalidRecipeException.class, () -> plan(recipe));
    return refused.problems().stream()
        .map(problem -> problem.key() + ": " + problem.message())
        .map(said -> said.replace(folder.toString(), "").replace(work.toString(), ""))
        .collect(toSet());
  }

  @Test
  void aJarThatCannotBeUsedIsNamedBeforeAnythingStarts() throws IOException {
    Files.writeString(folder.resolve("text.jar"), "no jar");

    assertThat(problems("plugins: {a: {limit: 3}}"))
        .containsExactly("plugins.a.jar: is missing; name the jar that has the step");
    assertThat(problems("plugins: {a: {jar: a.jar, limit: 3}}"))
        .containsExactly("plugins.a.jar: there is no file /a.jar");
    assertThat(problems("plugins: {a: {jar: text.jar}}"))
        .containsExactly("plugins.a.jar: /text.jar is no jar: zip END header not found");
    assertThat(problems("plugins: {a: {jar: %s}}".formatted(example)))
        .containsExactly(
            "plugins.a.jar: /acme-steps.jar has no step a; it has acme-banners, acme-prices,"
                + " acme-shop-names");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''| has no steps; META-INF/services/io.pairstream.plugin.CaptionPlugin or …PicturePlugin"
            + " names their classes",
        "odd.Gone| has a step that cannot be loaded: io.pairstream.plugin.CaptionPlugin:"
            + " Provider odd.Gone not found",
        "odd.Odd,odd.Twin| has two steps of the name odd",
        "odd.Named| has a step 'Odd Name'; a name has 1 to 40 lower-case letters, digits and"
            + " hyphens",
      })
  void aJarWithAmbiguousStepsIsRefused(String classes, String fault) throws IOException {
    Path sources = Files.createDirectories(folder.resolve("sources"));
    Files.writeString(sources.resolve("Odd.java"), ODD);
    for (String name : List.of("odd:Twin", "Odd Name:Named")) {
      String type = name.substring(name.indexOf(':') + 1);
      Files.writeString(
          sources.resolve(type + ".java"),
          ODD.replace("\"odd\"", "\"" + name.substring(0, name.indexOf(':')) + "\"")
              .replace("class Odd", "class " + type));
    }
    services(sources, classes.replace(',', '\n'));
    new JarOfSteps(folder).pack(sources, folder.resolve("steps.jar"), name -> true);

    assertThat(problems("plugins: {odd: {jar: steps.jar}}"))
        .containsExactly("plugins.odd.jar: /steps.jar " + fault);
  }

  @ParameterizedTest
  @ValueSource(strings = {"throws", "null", "key"})
  void aStepThatCannotBeSetUpIsRefused(String does) {
    assertThat(problems("plugins: {odd: {jar: %s, setup: %s}}".formatted(odd, does)))
        .singleElement()
        .asString()
        .startsWith("plugins.odd.jar: the step odd cannot be set up: ");
  }

  @Test
  void aStepsKeysAreCheckedAsAllKeysAre() throws IOException {

    assertThat(
            problems(
                """
                plugins:
                  acme-prices: {jar: acme-steps.jar, max-prices: many, max-price: 3}
                  acme-shop-names: {jar: acme-steps.jar}
                """))
        .containsExactlyInAnyOrder(
            "plugins.acme-prices.max-prices: 'many' is not a whole number (write the number alone,"
                + " the unit is in the key)",
            "plugins.acme-prices.max-price: no such setting; did you mean"
                + " plugins.acme-prices.max-prices?",
            "plugins.acme-shop-names.shops-file: names no shop; give a file with a shop on each"
                + " line");
  }
}
