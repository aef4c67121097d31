package io.pairstream.cleaning.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeReaderTest {

  /** Reads four keys of every kind, as steps do, and ends the reading. */
  private static Map<String, String> read(String yaml) {
    RecipeReader recipe = RecipeReader.parse("test.yaml", yaml);
    recipe.integer("image.min-side-px", 200, 1, 100_000);
    recipe.number("split.share", 0.02, 0.0, 1.0);
    recipe.whole("split.seed", 0, 0, Long.MAX_VALUE);
    recipe.choice("image.encoding", "jpeg", "jpeg", "png", "raw");
    return recipe.finish();
  }

  private static List<String> problems(String yaml) {
    InvalidRecipeException refusal =
        catchThrowableOfType(InvalidRecipeException.class, () -> read(yaml));
    assertThat(refusal).as("refusal of %.80s", yaml).isNotNull();
    return refusal.problems().stream().map(RecipeProblem::toString).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n\n", "# nothing but words\n", "---\n", "{}", "image:\nsplit:\n", "\uFEFF"})
  void fillsInDefaults(String yaml) {
    assertThat(read(yaml))
        .containsExactly(
            Map.entry("image.encoding", "jpeg"),
            Map.entry("image.min-side-px", "200"),
            Map.entry("split.seed", "0"),
            Map.entry("split.share", "0.02"));
  }

  @Test
  void mapsEveryKey() {
    String yaml =
        """
        image:
          min-side-px: 64
          encoding: png
        split: {seed: 9223372036854775807, share: 2.5e-1}
        """;

    assertThat(read(yaml))
        .containsExactly(
            Map.entry("image.encoding", "png"),
            Map.entry("image.min-side-px", "64"),
            Map.entry("split.seed", "9223372036854775807"),
            Map.entry("split.share", "0.25"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image.min-side-px: 64", "image: {min-side-px: '64'}",
        "? image\n: min-side-px: 64", "\"image\":\n  \"min-side-px\": +64",
        "\uFEFFimage:\n  min-side-px: 64", "image:\r\n  min-side-px: 64\r\n",
        "seen: {}\nimage: {min-side-px: 064}"
      })
  void acceptsEverySpellingOfAKey(String yaml) {
    assertThat(read(yaml)).containsEntry("image.min-side-px", "64");
  }

  @Test
  void reportsAllProblemsAtOnceInTheOrderOfTheFile() {
    String yaml =
        """
        image:
          min-side-px: 200px

          encoding: webp
        split:
          share: 1.5
          seed: -1
          folds: [1, 2]
        imag:
          quality: 3
        """;

    assertThat(problems(yaml))
        .containsExactly(
            "line 2: image.min-side-px: '200px' is not a whole number (write the number alone, the"
                + " unit is in the key)",
            "line 4: image.encoding: 'webp' is not one of jpeg, png, raw",
            "line 6: split.share: 1.5 is out of range: must be 0.0 to 1.0",
            "line 7: split.seed: -1 is out of range: must be 0 to 9223372036854775807",
            "line 8: split.folds: a key has a single value or a section of keys; several are"
                + " written as \"en, zh\"",
            "line 10: imag.quality: no such setting");
  }

  @ParameterizedTest
  @CsvSource({
    "image.min-side-pixel, image.min-side-px", "image.minside, image.min-side-px",
    "image.min_side_px, image.min-side-px", "imgae.encoding, image.encoding",
    "seed, split.seed", "min-side-px, image.min-side-px",
    "split.Share, split.share"
  })
  void suggestsTheKeyThatIsMeant(String wrong, String meant) {
    assertThat(problems("# a comment\n" + wrong + ": 1"))
        .containsExactly("line 2: " + wrong + ": no such setting; did you mean " + meant + "?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200px", "200 px", "2.0", "1e3", "8_000", "0x40", "", "~", "null", "true", "\u0663", "--1",
        "1 000", "1,000", "twelve", "NaN"
      })
  void refusesWhatIsNoWholeNumber(String value) {
    assertThat(problems("image: {min-side-px: \"" + value + "\"}"))
        .singleElement()
        .asString()
        .startsWith("line 1: image.min-side-px: '" + value + "' is not a whole number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2%",
        "0.1f",
        "0.1d",
        "0x1p-3",
        "NaN",
        "Infinity",
        ".inf",
        "",
        "1/2",
        "0,5",
        " 0.5",
        "e5",
        "."
      })
  void refusesWhatIsNoNumber(String value) {
    assertThat(problems("split: {share: \"" + value + "\"}"))
        .singleElement()
        .asString()
        .startsWith("line 1: split.share: '" + value + "' is not a number");
  }

  @Test
  void refusesKeyThatStandsTwice() {
    assertThat(problems("image:\n  min-side-px: 1\n  min-side-px: 2"))
        .containsExactly("line 3: image.min-side-px: stands twice; the first is in line 2");
    assertThat(problems("image:\n  min-side-px: 1\nimage:\n  encoding: png"))
        .containsExactly("line 3: image: stands twice; the first is in line 1");
    assertThat(problems("image:\n  min-side-px: 1\nimage.min-side-px: 2"))
        .containsExactly("line 3: image.min-side-px: stands twice; the first is in line 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'image: {min-side-px: 1' | 1", "'split:\n\tseed: 1' | 2",
        "'a: *nowhere' | 1", "'split: {seed: 1}\n---\nsplit: {seed: 2}' | 1",
        "'%YAML 9.9\n---\n' | 1", "'split: \"open\n' | 1",
        "'<html>: }' | 1"
      })
  void refusesWhatIsNotYaml(String yaml, int atLeastLine) {
    List<RecipeProblem> problems =
        catchThrowableOfType(InvalidRecipeException.class, () -> read(yaml)).problems();

    assertThat(problems)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.message()).startsWith("not YAML: ");
              assertThat(problem.line()).isGreaterThanOrEqualTo(atLeastLine);
            });
  }

  @Test
  void refusesAliasOfASection() {
    assertThat(problems("image: &i {min-side-px: 7}\nsplit: *i"))
        .contains("line 2: split: an alias of a section is not allowed; write its keys out");
  }

  @Test
  void survivesAliasesThatMultiply() {
    StringBuilder yaml = new StringBuilder("l0: &l0 {seed: 1}\n");
    for (int level = 1; level <= 60; level++) {
      String below = "*l" + (level - 1);
      yaml.append(
          String.format("l%d: &l%d {a: %s, b: %s, c: %s}%n", level, level, below, below, below));
    }

    assertThat(problems(yaml.toString())).hasSizeLessThan(10);
    assertThat(problems(yaml.substring(0, yaml.indexOf("l4:")))).hasSizeLessThan(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{", "- ", "? ", "a: [", "{a: "})
  void survivesNestingToAnyDepth(String opening) {
    assertThat(problems(opening.repeat(100_000)))
        .singleElement()
        .asString()
        .containsAnyOf("nested more than 16 levels deep", "not YAML");
  }

  @Test
  void notesProblemOfSeveralKeysAtTheirLine() {
    RecipeReader recipe = RecipeReader.parse("test.yaml", "a: 1\nb: 2");
    recipe.integer("a", 0, 0, 9);
    recipe.integer("b", 0, 0, 9);
    recipe.problem("b", "must be below a");
    recipe.problem("c", "is missing");

    InvalidRecipeException refusal =
        catchThrowableOfType(InvalidRecipeException.class, recipe::finish);

    assertThat(refusal.problems())
        .containsExactly(
            new RecipeProblem(1, "c", "is missing"), new RecipeProblem(2, "b", "must be below a"));
  }

  @Test
  void aProblemOfASectionIsWhereItsFirstKeyStands() {
    RecipeReader recipe =
        RecipeReader.parse(
            "test.yaml", "a: 1\nsizes:\n  small: {side-px: 64}\n  big:\n    side-px: 9\n");
    recipe
        .sections("sizes")
        .forEach(name -> recipe.integer("sizes." + name + ".side-px", 1, 1, 99));
    recipe.integer("a", 1, 1, 9);

    recipe.problem("sizes.big", "is too big");
    recipe.problem("nowhere", "is not there");

    assertThatThrownBy(recipe::finish)
        .hasMessageContainingAll("line 5: sizes.big: is too big", "line 1: nowhere: is not there");
  }

  /** Files beside the recipe, below it, and reached by a link from it. */
  private Path layFiles(Path folder) throws IOException {
    Path recipes = Files.createDirectories(folder.resolve("recipes/lists"));
    Files.writeString(recipes.resolve("words.txt"), "one\ntwo\n");
    Files.writeString(folder.resolve("secret.txt"), "three\n");
    Files.createSymbolicLink(recipes.resolve("link.txt"), folder.resolve("secret.txt"));
    Files.createSymbolicLink(recipes.resolveSibling("out"), folder);
    Files.createSymbolicLink(recipes.resolveSibling("in.txt"), recipes.resolve("words.txt"));
    return recipes.resolveSibling("recipe.yaml");
  }

  private static List<String> lines(Path source, String file, List<RecipeProblem> problems) {
    RecipeReader recipe = RecipeReader.parse(source.toString(), "list: '" + file + "'");
    List<String> lines = recipe.lines("list", "#", Pattern.compile("\\w+"), "a word");
    try {
      recipe.finish();
    } catch (InvalidRecipeException e) {
      problems.addAll(e.problems());
    }
    return lines;
  }

  @Test
  void aFileIsInTheRecipesFolderOrInOneThatTheCommandLineNames(@TempDir Path folder)
      throws IOException {
    Path source = layFiles(folder);
    List<RecipeProblem> problems = new ArrayList<>();
    for (String inside :
        List.of(
            "lists/words.txt",
            "in.txt",
            "./lists/../lists/words.txt",
            "" + source.resolveSibling("in.txt"))) {
      assertThat(lines(source, inside, problems)).as(inside).containsExactly("one", "two");
    }
    assertThat(problems).isEmpty();
    List<String> outside =
        List.of(
            "../secret.txt",
            "lists/link.txt",
            "out/secret.txt",
            folder + "/secret.txt",
            "lists/../../secret.txt");
    for (String file : outside) {
      assertThat(lines(source, file, problems)).as(file).isEmpty();
    }
    assertThat(problems)
        .hasSameSizeAs(outside)
        .allSatisfy(
            problem ->
                assertThat(problem.message())
                    .contains("is outside of the folder of recipe.yaml", "--files-from " + folder));

    System.setProperty(RecipeReader.FILES_FROM, folder.toString());
    try {
      problems.clear();
      assertThat(lines(source, "../secret.txt", problems)).containsExactly("three");
      assertThat(lines(source, "lists/link.txt", problems)).containsExactly("three");
      assertThat(problems).isEmpty();
    } finally {
      System.clearProperty(RecipeReader.FILES_FROM);
    }
  }
}
