package io.pairstream.schemas.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConditionTest {

  static {
    AvroSafety.install();
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();

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

  @Test
  void judgesAnswersAsPythonAndSqlDo() throws IOException {
    for (JsonNode one : read().get("answer_cases")) {
      Condition condition = Condition.parse(one.get("where").textValue());
      List<String> held = new ArrayList<>();
      for (Map.Entry<String, JsonNode> answers : read().get("answers").properties()) {
        if (condition.holdsFor(said(answers.getValue()))) {
          held.add(answers.getKey());
        }
      }

      assertThat(held)
          .as("%s", condition)
          .isEqualTo(JSON.convertValue(one.get("holds"), List.class));
    }
  }

  private static PairAnswer said(JsonNode answers) {
    PairAnswer said = PairAnswer.newBuilder().setNumbers(new HashMap<>()).build();
    said.setLabels(new HashMap<>());
    for (Map.Entry<String, JsonNode> answer : answers.properties()) {
      Object value = answer(answer.getValue());
      if (value instanceof Double number) {
        said.getNumbers().put(answer.getKey(), number);
      } else {
        said.getLabels().put(answer.getKey(), (String) value);
      }
    }
    return said;
  }

  private static Object answer(JsonNode value) {
    return value.isNumber() || value.asText().equals("NaN")
        ? (Object) Double.parseDouble(value.asText())
        : value.textValue();
  }

  /** An answer is within a limit where views take it, and no answer at all is outside of none. */
  @Test
  void whatIsOutsideOfALimitIsWhatViewsLeaveOut() throws IOException {
    for (JsonNode one : read().get("limits")) {
      RecordedLimit limit = JSON.convertValue(one.get("limit"), Bounds.class).recorded();
      AnswerLimits limits = new AnswerLimits(List.of(limit));

      for (JsonNode within : one.get("within")) {
        assertThat(limits.broken("style", answer(within))).as("%s %s", limit, within).isEmpty();
      }
      for (JsonNode outside : one.get("outside")) {
        assertThat(limits.broken("style", answer(outside))).as("%s %s", limit, outside).isPresent();
        assertThat(limits.broken("other", answer(outside))).isEmpty();
      }
    }
  }

  private record Bounds(Double min, Double max, List<String> labels) {

    private RecordedLimit recorded() {
      return new RecordedLimit("style", min, max, labels == null ? List.of() : labels, "REJECT");
    }
  }

  @Test
  void aLimitIsWrittenAsConditions() {
    assertThat(AnswerLimits.wanted(new Bounds(-1e-7, 4.0, null).recorded()))
        .map(Condition::toString)
        .containsExactly("answer.style>=-0.0000001", "answer.style<=4");
    assertThat(AnswerLimits.wanted(new Bounds(null, null, List.of("a b", "c")).recorded()))
        .map(Condition::toString)
        .containsExactly("answer.style=a b,c");
  }

  @Test
  void namesTheHostsAndTakedownsThatPythonNames() throws IOException {
    for (Map.Entry<String, JsonNode> one : read().get("hosts").properties()) {
      assertThat(LinkHost.named(one.getKey())).as(one.getKey()).isEqualTo(one.getValue().asText());
    }
    for (JsonNode one : read().get("takedowns")) {
      IndexedPair pair = of(((ObjectNode) one.get("pair").deepCopy()).without("pair_id"));

      assertThat(TakedownKind.keysOf(one.at("/pair/pair_id").asText(), pair))
          .isEqualTo(JSON.convertValue(one.get("keys"), List.class));
    }
  }

  private static JsonNode read() throws IOException {
    try (InputStream in = ConditionTest.class.getResourceAsStream("conditions.json")) {
      return JSON.readTree(in);
    }
  }

  private static IndexedPair of(JsonNode fields) {
    IndexedPair pair = IndexedPair.newBuilder().build();
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      SpecificRecordBase of =
          pair.getSchema().getField(field.getKey()) != null ? pair : pair.getMetadata();
      of.put(field.getKey(), JSON.convertValue(field.getValue(), Object.class));
    }
    return pair;
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
}
