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
   * Puts the fields of an object into an entry.
   *
   * @param withCaptions whether to take its captions
   * @return the names of all fields, in their order
   * @throws WrongFieldException where the text is no JSON object, or a caption is no text
   */
  Set<String> read(String text, EntryBuilder entry, boolean withCaptions)
      throws WrongFieldException {
    JsonNode object;
    try {
      object = json.readTree(text);
    } catch (JsonProcessingException e) {
      throw new WrongFieldException("not JSON: " + e.getOriginalMessage());
    }
    if (!object.isObject()) {
      throw new WrongFieldException("not a JSON object");
    }
    Set<String> names = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      names.add(field.getKey());
      if (columns.role(field.getKey()) == Role.CAPTION) {
        if (withCaptions) {
          captions(field.getKey(), field.getValue(), entry);
        }
      } else if (field.getValue().isValueNode() && !field.getValue().isNull()) {
        entry.field(field.getKey(), field.getValue().asText());
      }
    }
    return names;
  }

  private static void captions(String name, JsonNode value, EntryBuilder entry)
      throws WrongFieldException {
    if (value.isArray()) {
      for (JsonNode caption : value) {
        if (!caption.isTextual()) {
          throw new WrongFieldException("'" + name + "' holds something that is no string");
        }
        entry.field(name, caption.textValue());
      }
    } else if (value.isTextual()) {
      entry.field(name, value.textValue());
    } else if (!value.isNull()) {
      throw new WrongFieldException("'" + name + "' is neither a string nor an array of strings");
    }
  }

  /** What is wrong with an object, for its owner. */
  static final class WrongFieldException extends Exception {

    private static final long serialVersionUID = 1L;

    WrongFieldException(String message) {
      super(message);
    }
  }
}
