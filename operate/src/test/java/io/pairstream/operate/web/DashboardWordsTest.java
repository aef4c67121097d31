package io.pairstream.operate.web;

import static io.pairstream.operate.web.DashboardPageTest.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.report.SelfReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DashboardWordsTest {

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  /** Sentences of which a part is another program's message, or a service's text. */
  private static final String MESSAGES =
      "(KAFKA|REGISTRY)_AWAY|CANARY_NOT_SENT|NO_BROKER|PLACE_NOT_KNOWN|NOT_(KNOWN_SINCE|RUNNING)";

  /** A line of a words file: a section begins, or a text. */
  private static final Pattern LINE =
      Pattern.compile("^ {2}\"(\\w+)\": \\{$|^ {4}\"([\\w.-]+)\": \"(.*)\",?$", Pattern.MULTILINE);

  private final Map<String, String> english = texts("words.en.json");
  private final Map<String, String> chinese = texts("words.zh.json");

  DashboardWordsTest() throws IOException {}

  @Test
  void bothLanguagesSayTheSameThingsWithTheSamePlaces() {
    Map<String, String> alsoEnglish = new TreeMap<>(chinese);
    // Problems and sentences, the service says in English.
    alsoEnglish.keySet().removeIf(name -> name.matches("(problem|sentence)\\..*"));

    assertThat(places(alsoEnglish)).isEqualTo(places(english));
  }

  @ParameterizedTest
  @EnumSource(Template.class)
  void everySentenceOfTheServiceHasChineseWordsWithTheSamePlaces(Template template) {
    String words = chinese.get("sentence." + template);

    assertThat(words).isNotNull();
    Set<String> places = places(words);
    switch (template) {
      // The verdict stands beside it, in the page's own words.
      case JUDGED -> assertThat(places).containsExactly("1");
      // What the gate says is another module's English; the reason before it says the same.
      case REFUSED_PICTURE -> assertThat(places).containsExactly("0", "1");
      default -> assertThat(places).isEqualTo(places(template.english()));
    }
    if (template.english().matches(".*[a-z]{4}.*")) {
      assertThat(words).containsPattern("\\p{IsHan}");
    }
    // It stays English, and is marked as such.
    boolean isMessage = template != Template.VERBATIM && template.english().equals("{0}");
    if (isMessage || template.name().matches(MESSAGES)) {
      assertThat(words).contains("原文");
    }
  }

  @ParameterizedTest
  @EnumSource(ProblemKind.class)
  void everyProblemOfTheServiceHasChineseWords(ProblemKind problem) {
    String name = problem.type().substring(problem.type().lastIndexOf(':') + 1);

    assertThat(chinese.get("problem." + name)).containsPattern("\\p{IsHan}");
  }

  @Test
  void everyObstacleThatAServiceNamesIsATemplate() throws IOException {
    Pattern named = Pattern.compile("\\bknown\\(\\s*\"([A-Z_]+)\"(?:,\\s*\"([^\"]*)\"\\s*[,)])?");
    Set<String> names = new TreeSet<>();
    for (String module :
        List.of(
            "service",
            "preprocess-streams",
            "ingest-service",
            "curation",
            "operate",
            "trainer-feed")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          named
              .matcher(Files.readString(file))
              .results()
              .forEach(
                  found -> {
                    names.add(found.group(1));
                    if (found.group(2) != null) {
                      String english = Template.valueOf(found.group(1)).english();
                      assertThat(found.group(2)).isEqualTo(english);
                    }
                  });
        }
      }
    }

    assertThat(names).hasSizeGreaterThan(15);
    assertThat(Arrays.stream(Template.values()).map(Template::name)).containsAll(names);
  }

  @Test
  void noTextIsThereForNothing() throws IOException {
    String page = page();
    // The beginning of a name that ends in a code, like `verdict.${verdict}`.
    List<String> beginnings =
        Pattern.compile("`(\\w+\\.[\\w.]*)\\$\\{")
            .matcher(page)
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(english.keySet())
        .filteredOn(name -> page.indexOf('"' + name + '"') < 0 && page.indexOf('`' + name) < 0)
        .allMatch(name -> beginnings.stream().anyMatch(name::startsWith));
    assertThat(Arrays.stream(SelfReport.State.values()).map(state -> "state." + state))
        .allMatch(english::containsKey);
    assertThat(chinese.keySet())
        .filteredOn(name -> name.startsWith("sentence."))
        .hasSize(Template.values().length);
  }

  @Test
  void everyTextThatIsAskedForByItsWholeNameIsThere() throws IOException {
    String sections =
        english.keySet().stream()
            .map(key -> key.substring(0, key.indexOf('.')))
            .distinct()
            .collect(Collectors.joining("|"));
    // What follows h( is an element with its classes.
    Pattern name = Pattern.compile("(?<!\\bh\\(\\s{0,40})\"((?:" + sections + ")\\.[\\w.]*\\w)\"");
    Set<String> asked =
        name.matcher(page()).results().map(found -> found.group(1)).collect(Collectors.toSet());

    assertThat(asked).hasSizeGreaterThan(50);
    assertThat(english.keySet()).containsAll(asked);
  }

  @Test
  void thePageSortsVerdictsAsTheirOwnOrderDoes() throws IOException {
    List<String> onThePage =
        Pattern.compile("\\n  ([A-Z_]+): \\{ letter:")
            .matcher(read("parts.js"))
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(onThePage)
        .containsExactlyElementsOf(Stream.of(LagVerdict.values()).map(Enum::name).toList());
  }

  @ParameterizedTest
  @EnumSource(LagVerdict.class)
  void everyVerdictHasItsNameLetterAndExplanation(LagVerdict verdict) throws IOException {
    for (Map<String, String> language : List.of(english, chinese)) {
      assertThat(language).containsKeys("verdict." + verdict, "explained." + verdict);
    }
    Matcher looks = Pattern.compile("\n  " + verdict + ": .*\"(.)\",").matcher(read("parts.js"));
    assertThat(looks.find()).as("its letter in parts.js").isTrue();
    String page = Files.readString(Path.of("../docs/lag.md"));
    assertThat(page).contains("\n- **`%s` (%s)**: ".formatted(verdict.words(), looks.group(1)));
    String status = verdict.isAlarm() ? "; 1 for [^;]*`%s`" : ": 0 for [^;]*`%s`";
    assertThat(page).containsPattern(status.formatted(verdict.words()));
  }

  /** The page with all its scripts. */
  private static String page() throws IOException {
    StringBuilder page = new StringBuilder(read("index.html"));
    for (String file : DashboardPage.ASSETS) {
      page.append(file.endsWith(".js") ? read(file) : "");
    }
    return page.toString();
  }

  /** Each text's name with the names of the places in it. */
  private static Map<String, Set<String>> places(Map<String, String> texts) {
    Map<String, Set<String>> places = new TreeMap<>();
    texts.forEach((name, text) -> places.put(name, places(text)));
    return places;
  }

  private static Set<String> places(String text) {
    return PLACE
        .matcher(text)
        .results()
        .map(place -> place.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Texts by section and name; each stands on a line of its own. */
  private static Map<String, String> texts(String file) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    String section = "";
    String words = read(file);
    Matcher line = LINE.matcher(words);
    while (line.find()) {
      if (line.group(1) != null) {
        section = line.group(1);
      } else {
        assertThat(line.group(3)).as(line.group(2)).isNotBlank();
        assertThat(texts.put(section + "." + line.group(2), line.group(3))).isNull();
      }
    }
    long lines = words.lines().filter(any -> !any.matches("[{}\\s,]*")).count();
    assertThat(lines)
        .as("lines of %s that are read", file)
        .isEqualTo(LINE.matcher(words).results().count());
    return texts;
  }
}
