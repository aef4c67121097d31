package io.pairstream.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.registry.SchemaLog.SchemaVersion;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A schema that a request is about, of anybody's making. Looking it up takes time in proportion to
 * its length: its defaults are not checked, which Avro does for each by all those inside it, so
 * that the work may double with each level.
 */
final class Asked {

  private final String text;

  /** Null until no text that is known equals this one. */
  private Schema schema;

  private Asked(String text) {
    this.text = text;
  }

  /**
   * @throws Refusal where the body names no Avro schema
   */
  static Asked in(byte[] body) {
    JsonNode json = json(body);
    if (!json.path("schemaType").asText("AVRO").equals("AVRO")
        || !json.path("references").isEmpty()) {
      throw new Refusal(42201, "schemas are Avro here, without references");
    }
    return new Asked(json.path("schema").asText());
  }

  private static JsonNode json(byte[] body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw new Refusal(400, "the body is not JSON");
    } catch (IOException e) {
      throw new IllegalStateException("bytes are always there", e);
    }
  }

  /** First version that has this schema, whatever the white space and order in its text. */
  Optional<SchemaVersion> in(List<SchemaVersion> versions) {
    Optional<SchemaVersion> same = of(text, versions);
    return same.isPresent() ? same : of(schema().toString(), versions);
  }

  private static Optional<SchemaVersion> of(String text, List<SchemaVersion> versions) {
    return versions.stream().filter(version -> version.schema().equals(text)).findFirst();
  }

  /** The schema; its defaults may be wrong. */
  Schema schema() {
    if (schema == null) {
      schema = parse(text);
    }
    return schema;
  }

  /**
   * @throws Refusal where the text is no Avro schema
   */
  static Schema parse(String text) {
    try {
      Schema.Parser parser = new Schema.Parser();
      parser.setValidateDefaults(false);
      return parser.parse(text);
    } catch (RuntimeException | StackOverflowError e) {
      // Avro has exceptions of its own, and others: for a fixed of 2 GiB, for an unknown order.
      throw new Refusal(42201, "this is no Avro schema: " + e.getMessage());
    }
  }
}
