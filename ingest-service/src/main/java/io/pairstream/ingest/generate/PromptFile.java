package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The prompts of a file in UTF-8, in its order: a prompt per line ({@code .txt}), a JSON object per
 * line ({@code .jsonl}), or a row each under a row of names ({@code .csv}, {@code .tsv}).
 *
 * <p>In rows and objects, the field "prompt" is the prompt; {@code caption}, {@code language},
 * {@code n}, {@code size} and {@code seed} mean what they say; other fields become annotations. The
 * fields of refused prompts are passed over, so that their file can be given again. A line that is
 * wrong costs itself alone, except one whose quotes do not end.
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

  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");
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

    void readAll(String text) throws IOException {
      switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
        case "txt" -> lines(text, prompt -> prompt(Map.of(PROMPT, TextNode.valueOf(prompt))));
        case "jsonl", "ndjson" -> lines(text, this::object);
        case "csv" -> rows(text, ',');
        case "tsv" -> rows(text, '\t');
        default ->
            throw new UnusablePromptsException(
                "%s is not known as a list of prompts; its name must end with .txt, .jsonl, .csv or .tsv"
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

    private void rows(String text, char delimiter) throws IOException {
      CSVFormat format =
          CSVFormat.RFC4180.builder().setDelimiter(delimiter).setIgnoreEmptyLines(true).get();
      try (CSVParser parser = format.parse(new StringReader(text))) {
        Iterator<CSVRecord> rows = parser.iterator();
        List<String> columns =
            rows.hasNext()
                ? rows.next().stream().map(cell -> cell.strip().toLowerCase(Locale.ROOT)).toList()
                : List.of();
        if (!columns.contains(PROMPT)) {
          throw new UnusablePromptsException(
              "%s has no column named prompt; its first row must name the columns, and names %s"
                  .formatted(name, columns));
        }
        while (rows.hasNext()) {
          CSVRecord row = rows.next();
          // Cells may hold line ends: the row is named by its first line.
          long within =
              row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
          line = parser.getCurrentLineNumber() - within;
          row(row.toList(), columns);
        }
      } catch (UncheckedIOException e) {
        problems.add(
            new Problem(
                name,
                "what follows cannot be read; do the quotes of every row end? "
                    + e.getCause().getMessage()));
      }
    }

    private void row(List<String> cells, List<String> columns) {
      if (cells.size() != columns.size()) {
        problem(
            "%s cells where there are %s columns; a prompt that holds the delimiter must be quoted"
                .formatted(cells.size(), columns.size()));
        return;
      }
      Map<String, JsonNode> fields = new HashMap<>();
      for (int column = 0; column < columns.size(); column++) {
        if (!cells.get(column).isBlank()) {
          fields.put(columns.get(column), TextNode.valueOf(cells.get(column)));
        }
      }
      prompt(fields);
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
