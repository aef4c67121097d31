package io.pairstream.operations.sentence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentenceTest {

  private final Sentence sentence =
      Template.JUDGED.with("OK", Template.KEEPING_UP.with("a $1 {0}", Template.RECORDS.with(1204)));

  @Test
  void putsArgumentsAsTheyAreIntoTheirPlaces() {
    assertThat(sentence.text()).isEqualTo("OK: a $1 {0} keeps up: 1,204 records");
  }

  @Test
  void isReadAgainAsItWasWritten() {
    ObjectNode json = Json.MAPPER.createObjectNode();

    sentence.put(json, "sentence");

    assertThat(json.path("sentence").asText()).isEqualTo(sentence.text());
    assertThat(Sentence.read(json, "sentence")).isEqualTo(sentence);
  }

  @Test
  void isItsTextWhereAnotherVersionHasOtherTemplates() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    sentence.put(json, "sentence");
    ((ObjectNode) json.at("/sentence_template/arguments/1")).put("template", "FROM_TOMORROW");

    assertThat(Sentence.read(json, "sentence")).isEqualTo(Sentence.verbatim(sentence.text()));
  }

  @Test
  void isKnownAgainByItsText() {
    List<Template> templates = List.of(Template.KEY_IN_PLACE, Template.KEY_OF);

    assertThat(Sentence.of("of ann", templates)).isEqualTo(Template.KEY_OF.with("ann"));
    assertThat(Sentence.of("of ann, in place of a.b", templates))
        .isEqualTo(Template.KEY_IN_PLACE.with("ann", "a.b"));
    assertThat(Sentence.of("done", templates)).isEqualTo(Sentence.verbatim("done"));
  }

  @Test
  void hasNoTemplateWhereItIsTheSameInEveryLanguage() {
    ObjectNode json = Json.MAPPER.createObjectNode();

    Sentence.verbatim("pairs").put(json, "sentence");

    assertThat(json.toString()).isEqualTo("{\"sentence\":\"pairs\"}");
  }
}
