package io.pairstream.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.http.ProblemKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageWordsTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  /** Words for codes of the service: the page knows none by its whole name. */
  private static final Set<String> CODES = Set.of("statuses", "reason", "problems");

  /**
   * Names of texts in the page and its scripts, not of elements; some end with what is known only
   * there.
   */
  private static final Pattern NAME =
      Pattern.compile(
          "(?<!\\bh\\(\\s{0,20})[\"`]((?!pairstream|page\\.(?:css|js))[a-z]+\\.[a-zA-Z]*)(?:\"|\\$\\{)");

  private final JsonNode english = JSON.readTree(read("words.en.json"));
  private final JsonNode chinese = JSON.readTree(read("words.zh.json"));

  PageWordsTest() throws IOException {}

  @Test
  void bothLanguagesSayTheSameThingsWithTheSamePlaces() {
    assertThat(places(chinese.get("statuses"))).isEqualTo(places(english.get("statuses")));
    assertThat(texts(chinese)).isEqualTo(texts(english));
  }

  @Test
  void everyTextThatThePageAsksForIsThereAndNoOther() throws IOException {
    Set<String> asked = new TreeSet<>();
    for (String file : List.of("index.html", "page.js", "cards.js", "send.js", "pictures.js")) {
      NAME.matcher(read(file)).results().map(found -> found.group(1)).forEach(asked::add);
    }
    asked.removeIf(name -> CODES.contains(name.substring(0, name.indexOf('.'))));
    Set<String> texts = texts(english).keySet();

    assertThat(texts).allMatch(text -> asked.stream().anyMatch(name -> isAskedAs(text, name)));
    assertThat(asked).allMatch(name -> texts.stream().anyMatch(text -> isAskedAs(text, name)));
  }

  private static boolean isAskedAs(String text, String name) {
    return name.endsWith(".") ? text.startsWith(name) : text.equals(name);
  }

  @ParameterizedTest
  @EnumSource
  void everyProblemIsExplainedInChinese(ProblemKind problem) {
    String name = problem.type().substring(problem.type().lastIndexOf(':') + 1);
    JsonNode words = chinese.get("problems").path(name);
    assertThat(words.path("says").asText()).matches("\\P{IsHan}*\\p{IsHan}.*");
    assertThat(words.path("remedy").asText()).matches("\\P{IsHan}*\\p{IsHan}.*");
  }

  @ParameterizedTest
  @EnumSource
  void everyStatusHasWordsInBothLanguages(PairStatus status) {
    assertThat(english.get("statuses").path(status.name()).asText()).isNotBlank();
    assertThat(chinese.get("statuses").path(status.name()).asText()).isNotBlank();
  }

  @Test
  void thePageKnowsTheLimitsThatTheServiceHas() throws IOException {
    assertThat(read("pictures.js")).contains("MAX_PICTURE_BYTES = 8 * 1024 * 1024;");
    assertThat(RecordSizes.MAX_IMAGE).isEqualTo(8 * 1024 * 1024);
  }

  /** The page's own texts by section and name, with the places in each. */
  private static Map<String, Set<String>> texts(JsonNode language) {
    Map<String, Set<String>> texts = new TreeMap<>();
    language
        .properties()
        .forEach(
            section -> {
              if (!CODES.contains(section.getKey())) {
                places(section.getValue())
                    .forEach((name, places) -> texts.put(section.getKey() + "." + name, places));
              }
            });
    return texts;
  }

  /** Each text's name with the names of the places in it. */
  private static Map<String, Set<String>> places(JsonNode section) {
    Map<String, Set<String>> places = new TreeMap<>();
    section
        .properties()
        .forEach(
            text ->
                places.put(
                    text.getKey(),
                    PLACE
                        .matcher(text.getValue().asText())
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.toCollection(TreeSet::new))));
    return places;
  }

  private static String read(String name) throws IOException {
    try (InputStream file =
        IngestService.class.getResourceAsStream(IngestService.PAGE_FOLDER + name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
