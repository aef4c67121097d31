package io.pairstream.feed.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

  static {
    AvroSafety.install();
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final IndexedPair PAIR = pair();
  private static final PairAnswer ANSWER =
      PairAnswer.newBuilder()
          .setNumbers(Map.of("nsfw", 0.3, "zero", 0.0, "nothing", Double.NaN))
          .setLabels(Map.of("style", "drawing"))
          .build();

  /** Cases for both implementations; the test in Python reads the same file. */
  static List<JsonNode> conformance() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    read().get("cases").forEach(cases::add);
    return cases;
  }

  @ParameterizedTest
  @MethodSource("conformance")
  void takesThePairsThatPythonTakes(JsonNode one) throws IOException {
    Condition condition = Condition.parse(one.get("where").textValue());
    List<String> held = new ArrayList<>();
    for (Map.Entry<String, JsonNode> pair : read().get("pairs").properties()) {
      if (condition.holdsFor(of(pair.getValue()))) {
        held.add(pair.getKey());
      }
    }

    assertThat(held).isEqualTo(JSON.convertValue(one.get("holds"), List.class));
  }

  private static JsonNode read() throws IOException {
    try (InputStream in = ConditionTest.class.getResourceAsStream("conditions.json")) {
      return JSON.readTree(in);
    }
  }

  private static IndexedPair of(JsonNode fields) {
    IndexedPair pair = IndexedPair.newBuilder().build();
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      pair.put(field.getKey(), JSON.convertValue(field.getValue(), Object.class));
    }
    return pair;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "language=en-GB",
        " language = de , en* ",
        "language!=de",
        "licence=CC-BY-*",
        "licence=*",
        "source=SCRAPED",
        "host=upload.example.org",
        "host=*.EXAMPLE.org",
        "host!=example.org",
        "width=256",
        "width>=256",
        "width<=256.0",
        "height!=256,512",
        "fold=1,2,3",
        "token_count<=2",
        "truncated=true",
        "measure.sharpness>=50",
        "measure.sharpness<=50",
        "measure.original_width_px>=1e3"
      })
  void takesPairsThatAreAsTheConditionSays(String condition) {
    assertThat(Condition.parse(condition).holdsFor(PAIR)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "language=en",
        "language=en-gb",
        "language!=en*",
        "licence=CC-BY-4?0",
        "source!=SCRAPED",
        "host=example.org",
        "width>=256.5",
        "width<=255",
        "fold!=1,2,3",
        "truncated=false",
        "measure.sharpness>=50.001",
        "contributor=*",
        "contributor!=a",
        "measure.entropy!=0",
        "measure.nothing!=0"
      })
  void leavesOutOthersAndThoseOfWhichItIsUnknown(String condition) {
    assertThat(Condition.parse(condition).holdsFor(PAIR)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "answer.nsfw<=0.3",
        "answer.nsfw>=0.3",
        "answer.nsfw=0.1,0.3",
        "answer.nsfw!=0.1",
        "answer.style=photo,drawing",
        "answer.style=dr*",
        "answer.style!=photo",
        "answer.zero=-0"
      })
  void takesAnswersThatAreAsTheConditionSays(String condition) {
    assertThat(Condition.parse(condition).holdsFor(ANSWER)).isTrue();
    assertThat(Condition.parse(condition).holdsFor(PAIR)).isFalse();
  }

  /** Also a label that is compared as a number, and a number that is compared as a label. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "answer.nsfw<=0.29",
        "answer.nsfw!=0.3",
        "answer.style=draw",
        "answer.style!=*",
        "answer.style>=0",
        "answer.nsfw=photo",
        "answer.nsfw!=photo",
        "answer.nothing>=0",
        "answer.nothing!=0",
        "answer.absent=*",
        "answer.absent!=a",
        "fold=0"
      })
  void leavesOutOtherAnswersAndThoseThatAreNotThere(String condition) {
    assertThat(Condition.parse(condition).holdsFor(ANSWER)).isFalse();
  }

  @Test
  void refusesWhatPythonRefuses() throws IOException {
    for (Map.Entry<String, JsonNode> one : read().get("refused").properties()) {
      assertThatThrownBy(() -> Condition.parse(one.getKey()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(one.getValue().textValue());
    }
  }

  @Test
  void writesConditionsInOneForm() {
    assertThat(Condition.parse(" language =  de , en* ")).hasToString("language=de,en*");
  }

  private static IndexedPair pair() {
    return IndexedPair.newBuilder()
        .setWidth(256)
        .setHeight(192)
        .setTokenCount(2)
        .setTruncated(true)
        .setLanguage("en-GB")
        .setLicence("CC-BY-4.0")
        .setFold(3)
        .setSourceKind("SCRAPED")
        .setUrl("https://Upload.Example.org:8443/a%20b.jpg?c,d")
        .setMeasures(Map.of("sharpness", 50.0, "original_width_px", 4000.0, "nothing", Double.NaN))
        .build();
  }
}
