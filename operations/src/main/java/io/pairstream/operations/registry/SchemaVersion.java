package io.pairstream.operations.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A version of a subject.
 *
 * @param version 1 for the first of its subject
 * @param id 1 or more; the same for the same text, whatever the subject
 * @param schema its text, as Avro writes it
 */
record SchemaVersion(String subject, int version, int id, String schema) {

  /** Its key in the topic. */
  byte[] key() {
    return (subject + "/" + version).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what Jackson writes of it; empty where the bytes are something else. */
  static Optional<SchemaVersion> read(byte[] value) {
    try {
      JsonNode json = Json.MAPPER.readTree(value);
      return json.path("subject").isTextual()
              && json.path("version").isInt()
              && json.path("id").isInt()
              && json.path("schema").isTextual()
          ? Optional.of(
              new SchemaVersion(
                  json.get("subject").textValue(),
                  json.get("version").intValue(),
                  json.get("id").intValue(),
                  json.get("schema").textValue()))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("bytes are always there", e);
    }
  }
}
