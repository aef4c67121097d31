package io.pairstream.curation.sentence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceTest {

  private final Sentence sentence =
      Template.JUDGED.with("OK", Template.KEEPING_UP.with("a $1 {0}", Template.RECORDS.with(1204)));

  @Test
  void putsArgumentsAsTheyAreIntoTheirPlaces() {
    assertThat(sentence.text()).isEqualTo("OK: a $1 {0} keeps up: 1,204 records");
  }

  @Test
  void isMadeAgainOfWhatARecordSays() {
    Sentence written = Template.BOTH.with("ann", Template.RECORDS.with(1204));

    assertThat(Sentence.of(written.name(), written.words(), written.text()))
        .isEqualTo(Template.BOTH.with("ann", "1,204 records"));
    Sentence verbatim = Sentence.verbatim("of ann");
    assertThat(Sentence.of(verbatim.name(), verbatim.words(), verbatim.text())).isEqualTo(verbatim);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "OF_TOMORROW", "BOTH", "verbatim"})
  void isItsTextWhereTheTemplateIsNotKnownHereOrLacksWords(String template) {
    assertThat(Sentence.of(template, List.of("one"), "one and another"))
        .isEqualTo(Sentence.verbatim("one and another"));
  }

  private record Counted(int count, Sentence detail) {}

  @Test
  void isWrittenAsAMemberOfARecord() throws IOException {
    JsonNode json = Json.MAPPER.readTree(AnswerJson.text(new Counted(2, sentence)));

    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly("count", "detail", "detail_template");
    assertThat(json.path("detail").asText()).isEqualTo(sentence.text());
    assertThat(json.path("detail_template"))
        .hasToString(
            "{\"template\":\"JUDGED\",\"arguments\":[\"OK\",{\"template\":\"KEEPING_UP\",\"arguments\":["
                + "\"a $1 {0}\",{\"template\":\"RECORDS\",\"arguments\":[\"1,204\"]}]}]}");
    assertThat(AnswerJson.text(new Counted(2, Sentence.verbatim("pairs"))))
        .isEqualTo("{\"count\":2,\"detail\":\"pairs\"}");
  }
}
