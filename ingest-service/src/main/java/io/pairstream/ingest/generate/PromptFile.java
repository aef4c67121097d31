package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The prompts of a file in UTF-8, in its order: a prompt per line ({@code .txt}), or a JSON object
 * per line ({@code .jsonl}).
 *
 * <p>In objects, the field "prompt" is the prompt; {@code caption}, {@code language}, {@code n},
 * {@code size} and {@code seed} mean what they say; other fields become annotations. The fields of
 * refused prompts are passed over, so that their file can be given again. A line that is wrong
 * costs itself alone.
 *
 * @param prompts what can be asked for
 * @param problems the lines that give no prompt
 */
public record PromptFile(List<Prompt> prompts, List<Problem> problems) {

  static final String PROMPT = "prompt";
  static final String CAPTION = "caption";
  static final String LANGUAGE = "language";
  static final String REFUSED_REASON = "refused_reason";
  static final String REFUSED_DETAIL = "refused_detail";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A line that gives no prompt. */
  public record Problem(String where, String message) {}

  /**
   * Reads a file, all of it before the first image, because images cost money.
   *
   * @throws UnusablePromptsException where there is no such file, or it is no list of prompts
   */
  public static PromptFile read(Path file) {
    try {
      String text = Files.readString(file);
      Reading reading = new Reading(String.valueOf(file.getFileName()));
      reading.readAll(text.startsWith("\uFEFF") ? text.substring(1) : text);
      return new PromptFile(List.copyOf(reading.prompts), List.copyOf(reading.problems));
    } catch (CharacterCodingException e) {
      throw new UnusablePromptsException(file + " is not UTF-8; save it as UTF-8");
    } catch (NoSuchFileException e) {
      throw new UnusablePromptsException("there is no file " + file);
    } catch (IOException e) {
      throw new UnusablePromptsException(file + " cannot be read: " + e.getMessage());
    }
  }

  /** One file under way. */
  private static final class Reading {

    private final String name;
    private final List<Prompt> prompts = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private long line;

    Reading(String name) {
      this.name = name;
    }

    void readAll(String text) {
      switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
        case "txt" -> lines(text, prompt -> prompt(Map.of(PROMPT, TextNode.valueOf(prompt))));
        case "jsonl", "ndjson" -> lines(text, this::object);
        default ->
            throw new UnusablePromptsException(
                "%s is not known as a list of prompts; its name must end with .txt or .jsonl"
                    .formatted(name));
      }
    }

    private void lines(String text, Consumer<String> each) {
      text.lines().peek(next -> line++).filter(next -> !next.isBlank()).forEach(each);
    }

    private void object(String text) {
      try {
        JsonNode object = JSON.readTree(text);
        if (object.isObject()) {
          prompt(
              object.properties().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        } else {
          problem("not a JSON object");
        }
      } catch (JsonProcessingException e) {
        problem("not JSON: " + e.getOriginalMessage());
      }
    }

    private void problem(String message) {
      problems.add(new Problem(name + ":" + line, message));
    }

    /** Puts a prompt together from its fields; null says nothing. */
    private void prompt(Map<String, JsonNode> fields) {
      Map<String, String> texts = new HashMap<>();
      Map<String, String> annotations = new HashMap<>();
      Map<String, JsonNode> parameters = new HashMap<>();
      for (Map.Entry<String, JsonNode> field : fields.entrySet()) {
        if (field.getValue().isNull()) {
          continue;
        }
        if (!field.getValue().isValueNode()) {
          problem("'" + field.getKey() + "' holds neither a string nor a number");
          return;
        }
        String text = field.getValue().asText();
        switch (field.getKey()) {
          case PROMPT, CAPTION, LANGUAGE -> texts.put(field.getKey(), text);
          case REFUSED_REASON, REFUSED_DETAIL -> {}
          case ImageRequest.SIZE -> parameters.put(field.getKey(), TextNode.valueOf(text.strip()));
          case ImageRequest.SEED, ImageRequest.N -> {
            JsonNode number = ImageRequest.value(text.strip());
            boolean isN = field.getKey().equals(ImageRequest.N);
            if (!number.isIntegralNumber() || (isN && !ImageRequest.isN(number))) {
              problem(
                  "'%s' must be a whole number%s"
                      .formatted(field.getKey(), isN ? " from 1 to " + ImageRequest.MAX_N : ""));
              return;
            }
            parameters.put(field.getKey(), number);
          }
          default -> annotations.put(field.getKey(), text);
        }
      }
      String prompt = texts.getOrDefault(PROMPT, "").strip();
      if (prompt.isEmpty()) {
        problem("the prompt is empty; say what to draw in 'prompt'");
        return;
      }
      prompts.add(
          new Prompt(
              name + ":" + line,
              prompt,
              texts.getOrDefault(CAPTION, ""),
              texts.getOrDefault(LANGUAGE, "").strip(),
              parameters,
              annotations));
    }
  }
}
