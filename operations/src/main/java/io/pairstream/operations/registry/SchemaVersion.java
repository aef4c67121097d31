package io.pairstream.operations.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
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
@JsonIgnoreProperties(ignoreUnknown = true)
record SchemaVersion(String subject, int version, int id, String schema) {

  /** Its key in the topic. */
  byte[] key() {
    return (subject + "/" + version).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what Jackson writes of it; empty where the bytes are something else. */
  static Optional<SchemaVersion> read(byte[] value) {
    try {
      return Optional.of(Json.MAPPER.readValue(value, SchemaVersion.class))
          .filter(
              read ->
                  read.subject != null && read.version > 0 && read.id > 0 && read.schema != null);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
