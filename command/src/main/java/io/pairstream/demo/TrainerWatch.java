package io.pairstream.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a trainer's feed has handed out, read from what it prints: one JSON object per batch, among
 * lines of its log. Not thread-safe.
 */
final class TrainerWatch implements AutoCloseable {

  private final Path log;
  private final JsonMapper mapper = new JsonMapper();
  private final StringBuilder unfinished = new StringBuilder();
  private BufferedReader reader;
  private long batches;
  private String lastCaption = "";

  TrainerWatch(Path log) {
    this.log = log;
  }

  /** Reads on, then answers how many batches there are. */
  long batches() throws IOException {
    readOn();
    return batches;
  }

  /** First caption of the last batch that was read; empty before the first. */
  String lastCaption() {
    return lastCaption;
  }

  private void readOn() throws IOException {
    if (reader == null) {
      if (!Files.exists(log)) {
        return;
      }
      reader = Files.newBufferedReader(log, StandardCharsets.UTF_8);
    }
    while (reader.ready()) {
      int character = reader.read();
      if (character == '\n') {
        batch(unfinished.toString()).ifPresent(this::count);
        unfinished.setLength(0);
      } else {
        unfinished.append((char) character);
      }
    }
  }

  private void count(JsonNode batch) {
    batches++;
    lastCaption = batch.path("first_caption").asText();
  }

  private Optional<JsonNode> batch(String line) {
    if (!line.startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(mapper.readTree(line)).filter(node -> node.has("batch"));
    } catch (JsonProcessingException e) {
      return Optional.empty(); // a line of the log that happens to begin so
    }
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }
}
