package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The prompts of a file in UTF-8, in its order: a prompt per line ({@code .txt}), a JSON object per
 * line ({@code .jsonl}), or a row each under a row of names ({@code .csv}, {@code .tsv}).
 *
 * <p>In rows and objects, {@code prompt} is the prompt; {@code caption}, {@code language}, {@code
 * n}, {@code size} and {@code seed} mean what they say; other fields become annotations. What
 * {@link RefusedPrompts} adds is passed over, so that its file can be given again. A line that is
 * wrong costs itself alone, except one whose quotes do not end.
 */
public final class PromptFile implements Iterator<PromptItem>, AutoCloseable {

  static final String PROMPT = "prompt";
  static final String CAPTION = "caption";
  static final String LANGUAGE = "language";

  private static final Set<String> OF_REFUSED_PROMPTS =
      Set.of(RefusedPrompts.REASON, RefusedPrompts.DETAIL);
  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String name;
  private final BufferedReader reader;
  private Iterator<PromptItem> items;
  private Optional<PromptItem> broken = Optional.empty();
  private long line;

  private PromptFile(Path file, BufferedReader reader) throws IOException {
    this.name = String.valueOf(file.getFileName());
    this.reader = reader;
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
    this.items = items().iterator();
  }

  /**
   * Opens a file.
   *
   * @throws UnusablePromptsException where there is no such file, or it is no list of prompts
   */
  public static PromptFile open(Path file) {
    // Images cost money, so that a file that cannot be read to its end is told before the first.
    try (BufferedReader whole = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      long unused = whole.transferTo(Writer.nullWriter());
      return new PromptFile(file, Files.newBufferedReader(file, StandardCharsets.UTF_8));
    } catch (CharacterCodingException e) {
      throw new UnusablePromptsException(file + " is not UTF-8; save it as UTF-8");
    } catch (NoSuchFileException e) {
      throw new UnusablePromptsException("there is no file " + file);
    } catch (IOException e) {
      throw new UnusablePromptsException(file + " cannot be read: " + e.getMessage());
    }
  }

  @Override
  public boolean hasNext() {
    try {
      return broken.isPresent() || items.hasNext();
    } catch (UncheckedIOException e) {
      broken =
          Optional.of(
              new PromptItem.Problem(
                  name,
                  "what follows cannot be read; do the quotes of every row end? "
                      + e.getCause().getMessage()));
      items = Collections.emptyIterator();
      return true;
    }
  }

  @Override
  public PromptItem next() {
    Optional<PromptItem> last = broken;
    broken = Optional.empty();
    return last.orElseGet(items::next);
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UnusablePromptsException("the prompts cannot be closed: " + e.getMessage());
    }
  }

  private Stream<PromptItem> items() throws IOException {
    return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "txt" -> lines(text -> prompt(where(), Map.of(PROMPT, TextNode.valueOf(text))));
      case "jsonl", "ndjson" -> lines(this::object);
      case "csv" -> rows(',');
      case "tsv" -> rows('\t');
      default ->
          throw new UnusablePromptsException(
              name
                  + " is not known as a list of prompts; its name must end with .txt, .jsonl, .csv"
                  + " or .tsv");
    };
  }

  private Stream<PromptItem> lines(Function<String, PromptItem> read) {
    return reader.lines().peek(text -> line++).filter(text -> !text.isBlank()).map(read);
  }

  private PromptItem object(String text) {
    try {
      JsonNode object = JSON.readTree(text);
      if (!object.isObject()) {
        return new PromptItem.Problem(where(), "not a JSON object");
      }
      Map<String, JsonNode> fields = new HashMap<>();
      object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
      return prompt(where(), fields);
    } catch (JsonProcessingException e) {
      return new PromptItem.Problem(where(), "not JSON: " + e.getOriginalMessage());
    }
  }

  private Stream<PromptItem> rows(char delimiter) throws IOException {
    CSVParser parser =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .get()
            .parse(reader);
    Iterator<CSVRecord> rows = parser.iterator();
    List<String> columns =
        rows.hasNext()
            ? rows.next().stream().map(cell -> cell.strip().toLowerCase(Locale.ROOT)).toList()
            : List.of();
    if (!columns.contains(PROMPT)) {
      throw new UnusablePromptsException(
          name
              + " has no column named prompt; its first row must name the columns, and names "
              + columns);
    }
    return parser.stream()
        .map(
            row -> {
              line = parser.getCurrentLineNumber() - lineEndsIn(row);
              return row(row, columns);
            });
  }

  private PromptItem row(CSVRecord row, List<String> columns) {
    if (row.size() != columns.size()) {
      return new PromptItem.Problem(
          where(),
          row.size()
              + " cells where there are "
              + columns.size()
              + " columns; a prompt that holds the delimiter must be quoted");
    }
    Map<String, JsonNode> fields = new HashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      if (!row.get(column).isBlank()) {
        fields.put(columns.get(column), TextNode.valueOf(row.get(column)));
      }
    }
    return prompt(where(), fields);
  }

  /** Lines that the row has beyond its first, because cells hold line ends. */
  private static long lineEndsIn(CSVRecord row) {
    return row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
  }

  private String where() {
    return name + ":" + line;
  }

  /** Puts a prompt together from its fields; null says nothing. */
  private static PromptItem prompt(String where, Map<String, JsonNode> fields) {
    Map<String, String> texts = new HashMap<>();
    Map<String, String> annotations = new HashMap<>();
    Map<String, JsonNode> parameters = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : fields.entrySet()) {
      String name = field.getKey();
      if (field.getValue().isNull() || OF_REFUSED_PROMPTS.contains(name)) {
        continue;
      }
      if (!field.getValue().isValueNode()) {
        return new PromptItem.Problem(where, "'" + name + "' holds neither a string nor a number");
      }
      String text = field.getValue().asText();
      switch (name) {
        case PROMPT, CAPTION, LANGUAGE -> texts.put(name, text);
        case ImageRequest.SIZE -> parameters.put(name, TextNode.valueOf(text.strip()));
        case ImageRequest.SEED, ImageRequest.N -> {
          boolean isN = name.equals(ImageRequest.N);
          Optional<JsonNode> number = wholeNumber(text.strip());
          if (number.isEmpty()
              || (isN
                  && (number.get().asLong() < 1 || number.get().asLong() > ImageRequest.MAX_N))) {
            return new PromptItem.Problem(
                where,
                "'"
                    + name
                    + "' must be a whole number"
                    + (isN ? " from 1 to " + ImageRequest.MAX_N : ""));
          }
          parameters.put(name, number.get());
        }
        default -> annotations.put(name, text);
      }
    }
    String prompt = texts.getOrDefault(PROMPT, "").strip();
    return prompt.isEmpty()
        ? new PromptItem.Problem(where, "the prompt is empty; say what to draw in 'prompt'")
        : new Prompt(
            where,
            prompt,
            texts.getOrDefault(CAPTION, ""),
            texts.getOrDefault(LANGUAGE, "").strip(),
            parameters,
            annotations);
  }

  private static Optional<JsonNode> wholeNumber(String digits) {
    try {
      long number = Long.parseLong(digits);
      return Optional.of(
          number == (int) number ? IntNode.valueOf((int) number) : LongNode.valueOf(number));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
