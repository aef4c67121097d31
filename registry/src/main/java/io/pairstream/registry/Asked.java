package io.pairstream.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.registry.SchemaLog.SchemaVersion;
import io.pairstream.schemas.wire.BoundedAvroSchemas;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A schema that a request is about, of anybody's making. Looking it up takes time in proportion to
 * its length: Avro checks each default by all those inside it, which may double with each level, so
 * defaults are checked only of a schema that is to be registered.
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
      schema = parse(text, false);
    }
    return schema;
  }

  /**
   * Refuses a schema that no reader of ours takes, or with wrong defaults.
   *
   * @throws Refusal with what is wrong
   */
  void requireValid() {
    try {
      BoundedAvroSchemas.requireBounded(schema());
    } catch (IllegalArgumentException e) {
      throw new Refusal(42201, e.getMessage());
    }
    schema = parse(text, true);
  }

  /**
   * @throws Refusal where the text is no Avro schema
   */
  static Schema parse(String text, boolean checksDefaults) {
    try {
      Schema.Parser parser = new Schema.Parser();
      parser.setValidateDefaults(checksDefaults);
      return parser.parse(text);
    } catch (RuntimeException | StackOverflowError e) {
      // Avro has exceptions of its own, and others: for a fixed of 2 GiB, for an unknown order.
      throw new Refusal(42201, "this is no Avro schema: " + e.getMessage());
    }
  }
}
