package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.ingest.files.TextEncoding;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The prompts of a file in UTF-8, in its order: a prompt per line, or a JSON object per line where
 * its name ends with {@code .jsonl}.
 *
 * <p>In objects, the field "prompt" is the prompt; {@code caption} and {@code language} mean what
 * they say; other fields become annotations. A line that is wrong costs itself alone.
 *
 * @param prompts what can be asked for
 * @param problems the lines that give no prompt
 */
public record PromptFile(List<Prompt> prompts, List<Problem> problems) {

  /**
   * A prompt for a model.
   *
   * @param where position in the file: {@code prompts.txt:12}
   * @param text the prompt; not blank
   * @param caption the caption of what comes; empty where it is the prompt
   * @param language hint for the caption, a BCP 47 tag; empty where unknown
   * @param annotations whatever else is known, by name
   */
  public record Prompt(
      String where,
      String text,
      String caption,
      String language,
      Map<String, String> annotations) {}

  /** A line that gives no prompt. */
  public record Problem(String where, String message) {}

  /**
   * Reads a file, all of it before the first image, because images cost money.
   *
   * @throws IllegalArgumentException where there is no such file, or it is no list of prompts
   */
  public static PromptFile read(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!name.matches("(?i).*\\.(txt|jsonl)")) {
      throw new IllegalArgumentException(
          name + " is no list of prompts; its name must end with .txt or .jsonl");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + " is no file; write the prompts to one first");
    }
    byte[] bytes = {};
    PromptFile read = new PromptFile(new ArrayList<>(), new ArrayList<>());
    try {
      bytes = Files.readAllBytes(file);
      String text = StrictUtf8.decode(bytes);
      int number = 0;
      for (String line : text.substring(text.startsWith("\uFEFF") ? 1 : 0).lines().toList()) {
        number++;
        if (!line.isBlank()) {
          read.take(name + ":" + number, line, name.endsWith(".txt"));
        }
      }
      return read;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + TextEncoding.advice(bytes), e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + RootCause.message(e), e);
    }
  }

  private void take(String where, String line, boolean isPlain) {
    try {
      JsonNode object =
          isPlain ? Json.MAPPER.createObjectNode().put("prompt", line) : Json.MAPPER.readTree(line);
      if (!object.isObject()) {
        throw new IllegalArgumentException("not a JSON object");
      }
      prompts.add(prompt(where, object));
    } catch (JsonProcessingException e) {
      problems.add(new Problem(where, "not JSON: " + e.getOriginalMessage()));
    } catch (IllegalArgumentException e) {
      problems.add(new Problem(where, e.getMessage()));
    }
  }

  /** Makes a prompt of its fields; null fields are left out. */
  private static Prompt prompt(String where, JsonNode object) {
    Map<String, String> annotations = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getValue().isContainerNode()) {
        throw new IllegalArgumentException(
            "'" + field.getKey() + "' holds neither a string nor a number");
      }
      if (!field.getValue().isNull()) {
        annotations.put(field.getKey(), field.getValue().asText());
      }
    }
    String text = annotations.getOrDefault("prompt", "").strip();
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the prompt is empty; say what to draw in 'prompt'");
    }
    String caption = annotations.getOrDefault("caption", "");
    String language = annotations.getOrDefault("language", "").strip();
    annotations.keySet().removeAll(Set.of("prompt", "caption", "language"));
    return new Prompt(where, text, caption, language, annotations);
  }
}
