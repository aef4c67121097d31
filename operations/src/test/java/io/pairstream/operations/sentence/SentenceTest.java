package io.pairstream.operations.sentence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Json;
import java.io.IOException;
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
  void isKnownAgainByItsText() {
    assertThat(Sentence.recognised("of ann")).isEqualTo(Template.KEY_OF.with("ann"));
    assertThat(Sentence.recognised("of ann, in place of a.b"))
        .isEqualTo(Template.KEY_IN_PLACE.with("ann", "a.b"));
    assertThat(Sentence.recognised("done; 3 times within the hour"))
        .isEqualTo(Template.TIMES.with(Template.DECIDED.with(), "3"));
    assertThat(Sentence.recognised("nothing of ours"))
        .isEqualTo(Sentence.verbatim("nothing of ours"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no image worker is able to work",
        "the disk of /data/state has less than 256 MiB left",
        "the state directory cannot be looked at: /data/state",
        "pairs.scraped-1 stands still at offset 7: the registry does not say whether it has schema"
            + " id 3",
        "pairs.scraped-1 stands still at offset 7: the registry does not say whether it has schema"
            + " id 3, and 2 more like it",
        "the schema registry at http://r:8081 does not answer: Connection refused",
        "this API key was revoked on 2026-11-20T03:00:00Z; the operator of this service issues keys",
        "this API key expired on 2026-11-20T03:00:00Z; the operator of this service issues keys"
      })
  void whatOtherProgramsSayIsKnownByItsText(String text) {
    Sentence sentence = Sentence.recognised(text);

    assertThat(sentence.template()).isNotEqualTo(Template.VERBATIM);
    assertThat(sentence.text()).isEqualTo(text);
  }

  private record Told(int count, Sentence detail) {}

  @Test
  void isWrittenAsAMemberOfARecord() throws IOException {
    JsonNode json = Json.MAPPER.readTree(AnswerJson.bytes(new Told(2, sentence)));

    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly("count", "detail", "detail_template");
    assertThat(json.path("detail").asText()).isEqualTo(sentence.text());
    assertThat(json.path("detail_template"))
        .hasToString(
            "{\"template\":\"JUDGED\",\"arguments\":[\"OK\",{\"template\":\"KEEPING_UP\",\"arguments\":["
                + "\"a $1 {0}\",{\"template\":\"RECORDS\",\"arguments\":[\"1,204\"]}]}]}");
    assertThat(AnswerJson.bytes(new Told(2, Sentence.verbatim("pairs"))))
        .asString()
        .isEqualTo("{\"count\":2,\"detail\":\"pairs\"}");
  }
}
