package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.service.http.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Fields of a JSON object about one image. A caption field holds a string or an array of strings, a
 * field of labels also numbers. Other fields that hold a string, a number or a boolean become
 * annotations; NaN, null, objects and arrays of other names are left out.
 *
 * @param what beginning of a problem's message, such as {@code .json is}
 */
record JsonFields(SourceEntry entry, String what) {

  /** Reads NaN too, which Python writes. */
  static final JsonMapper JSON =
      Json.MAPPER.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /**
   * Gives an entry the fields of a text's object, or the problem with it.
   *
   * @param withCaptions whether to take captions
   * @param what beginning of a problem's message, such as {@code .json is}
   * @return the names of all fields, in their order
   */
  static Set<String> read(SourceEntry entry, String text, boolean withCaptions, String what) {
    try {
      return take(entry, JSON.readTree(text), withCaptions, what);
    } catch (JsonProcessingException e) {
      entry.problem(what + notJson(e));
      return Set.of();
    }
  }

  /** Gives an entry the fields of an object, or the problem with them; see {@link #read}. */
  static Set<String> take(SourceEntry entry, JsonNode object, boolean withCaptions, String what) {
    return new JsonFields(entry, what).take(object, withCaptions);
  }

  /** Message about malformed JSON that does not mention the parser. */
  static String notJson(JsonProcessingException e) {
    return "not JSON: "
        + e.getOriginalMessage()
            .replaceFirst("(?s)(:? (was )?expect(ed|ing) .*| \\(start marker .*)", "");
  }

  private Set<String> take(JsonNode object, boolean withCaptions) {
    Set<String> names = new LinkedHashSet<>();
    if (!object.isObject()) {
      entry.problem(what + "not a JSON object");
    }
    object.fieldNames().forEachRemaining(names::add);
    if (withCaptions) {
      entry.use(entry.columns().guess(names));
    }
    if (withCaptions && names.stream().map(this::role).noneMatch(Role.CAPTION::equals)) {
      Stream.of("conversations", "messages").forEach(name -> turn(name, object.path(name)));
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      boolean isNothing =
          value.isNull() || (value.isDouble() && !Double.isFinite(value.asDouble()));
      if (role(name) == Role.LABELS && value.isArray()) {
        labels(name, value);
      } else if (role(name) != Role.CAPTION) {
        if (value.isValueNode() && !isNothing) {
          entry.field(name, value.asText());
        }
      } else if (withCaptions && !isNothing) {
        captions(name, value);
      }
    }
    return names;
  }

  private Role role(String name) {
    return entry.columns().role(name);
  }

  private void captions(String name, JsonNode value) {
    for (JsonNode caption : value.isArray() ? value : Set.of(value)) {
      if (caption.isTextual()) {
        entry.field(name, caption.textValue());
      } else {
        entry.problem(what + "'" + name + "' is neither a string nor an array of strings");
      }
    }
  }

  /** Takes the model's first turn of a talk about an image, as LLaVA and ShareGPT write it. */
  private void turn(String name, JsonNode turns) {
    for (JsonNode turn : turns) {
      String by = turn.path("from").asText() + turn.path("role").asText();
      String text = turn.path("value").asText() + turn.path("content").asText();
      if (List.of("gpt", "assistant").contains(by) && !text.isBlank()) {
        entry.caption(text);
        entry.notice(
            "guess caption",
            "the first turn of '%s' in '%s' is taken for the caption".formatted(by, name));
        return;
      }
    }
  }

  private void labels(String name, JsonNode values) {
    for (JsonNode value : values) {
      if (value.isTextual() || value.isNumber()) {
        entry.item(name, value.asText());
      } else {
        entry.problem(what + "'" + name + "' is no array of strings or numbers");
      }
    }
  }
}
