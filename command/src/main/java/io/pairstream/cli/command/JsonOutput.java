package io.pairstream.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.pairstream.curation.sentence.AnswerJson;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;

/**
 * Answers as {@code --json} prints them: as the HTTP API does, and partitions and paths as text.
 */
public final class JsonOutput {

  private static final JsonMapper MAPPER =
      AnswerJson.MAPPER
          .rebuild()
          .addModule(
              new SimpleModule()
                  .addSerializer(TopicPartition.class, ToStringSerializer.instance)
                  .addSerializer(Path.class, ToStringSerializer.instance))
          .build();

  private JsonOutput() {}

  public static JsonNode tree(Object answer) {
    return MAPPER.valueToTree(answer);
  }

  /** An answer on one line. */
  public static String text(Object answer) {
    try {
      return MAPPER.writeValueAsString(answer);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
