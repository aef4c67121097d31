package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.files.ColumnNames.Role;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a JSON object that says something about an image.
 *
 * <p>A caption field holds a string or an array of strings. Other fields that hold a string, a
 * number or a boolean become annotations; objects and arrays of other names are left out.
 */
final class JsonFields {

  private final JsonMapper json =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ColumnNames columns;

  JsonFields(ColumnNames columns) {
    this.columns = columns;
  }

  /**
   * Puts the fields of an object into an entry, or what is wrong with them.
   *
   * @param withCaptions whether to take its captions
   * @param what what comes before a problem, such as {@code .json is}
   * @return the names of all fields, in their order
   */
  Set<String> read(String text, Entry entry, boolean withCaptions, String what) {
    Set<String> names = new LinkedHashSet<>();
    try {
      JsonNode object = json.readTree(text);
      if (!object.isObject()) {
        entry.problem(what + "not a JSON object");
      }
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = field.getKey();
        JsonNode value = field.getValue();
        names.add(name);
        if (columns.role(name) != Role.CAPTION) {
          if (value.isValueNode() && !value.isNull()) {
            entry.field(name, value.asText());
          }
        } else if (withCaptions && !value.isNull()) {
          for (JsonNode caption : value.isArray() ? value : Set.of(value)) {
            if (caption.isTextual()) {
              entry.field(name, caption.textValue());
            } else {
              entry.problem(what + "'" + name + "' is neither a string nor an array of strings");
            }
          }
        }
      }
    } catch (JsonProcessingException e) {
      entry.problem(what + "not JSON: " + e.getOriginalMessage());
    }
    return names;
  }
}
