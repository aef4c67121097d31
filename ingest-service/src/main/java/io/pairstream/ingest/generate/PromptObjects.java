package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/** A JSON object per line; a line that is wrong costs itself alone. */
final class PromptObjects implements Iterator<PromptItem> {

  private final JsonMapper json =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private final String name;
  private final BufferedReader reader;
  private long line;
  private String next = "";

  PromptObjects(String name, BufferedReader reader) {
    this.name = name;
    this.reader = reader;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next != null && next.isBlank()) {
        next = reader.readLine();
        line++;
      }
      return next != null;
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read on: " + e.getMessage(), e);
    }
  }

  @Override
  public PromptItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String text = next;
    next = "";
    return parse(name + ":" + line, text);
  }

  private PromptItem parse(String where, String text) {
    JsonNode object;
    try {
      object = json.readTree(text);
    } catch (JsonProcessingException e) {
      return new PromptItem.Problem(where, "not JSON: " + e.getOriginalMessage());
    }
    if (!object.isObject()) {
      return new PromptItem.Problem(where, "not a JSON object");
    }
    PromptBuilder prompt = new PromptBuilder(where);
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      prompt.field(field.getKey(), field.getValue());
    }
    return prompt.build();
  }
}
