package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A caption list with a JSON object on each line, or of an array of objects; see {@link
 * JsonFields}. It is UTF-8, no line longer than fits in memory. Empty lines are skipped. A
 * malformed line loses only itself; in an array, everything after the damage is lost.
 */
final class JsonEntries implements SourceEntry.Reader {

  /** Longest line that is read, in bytes. */
  private static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

  /** Reads one element; others may follow it. */
  private static final ObjectReader ELEMENTS =
      JsonFields.JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final InputStream input;
  private final ColumnNames columns;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long number;

  /** Null where each line is an object. */
  private final JsonParser array;

  JsonEntries(SourceInput input, ColumnNames columns) throws IOException {
    this.input = input.stream();
    this.columns = columns;
    this.array = isArray(input.stream()) ? JsonFields.JSON.createParser(input.stream()) : null;
    if (array != null) {
      array.nextToken();
    }
  }

  /** Whether a text begins as an array of JSON does; leaves it as it is. */
  static boolean isArray(InputStream input) throws IOException {
    return PairSource.beginning(input).stripLeading().matches("(?s)\\[\\s*([{\\]].*)?");
  }

  @Override
  public Optional<SourceEntry> next() throws IOException {
    return array == null ? line() : element();
  }

  private Optional<SourceEntry> element() throws IOException {
    try {
      if (array.nextToken() == JsonToken.END_ARRAY || array.currentToken() == null) {
        CocoEntries.requireEnd(array);
        return Optional.empty();
      }
      number++;
      SourceEntry entry = new SourceEntry(number, "element " + number, columns);
      return Optional.of(whole(entry, JsonFields.take(entry, ELEMENTS.readTree(array), true, "")));
    } catch (JsonProcessingException e) {
      throw new IOException(JsonFields.notJson(e), e);
    }
  }

  private Optional<SourceEntry> line() throws IOException {
    while (readLine()) {
      SourceEntry entry = new SourceEntry(number, Long.toString(number), columns);
      if (bytes.size() > MAX_LINE_BYTES) {
        return Optional.of(entry.problem("the line is longer than " + MAX_LINE_BYTES + " bytes"));
      }
      Optional<String> text = entry.text(ByteBuffer.wrap(bytes.toByteArray()), "the line");
      if (text.isPresent() && text.get().isBlank()) {
        continue;
      }
      return Optional.of(
          whole(entry, text.map(line -> JsonFields.read(entry, line, true, "")).orElse(Set.of())));
    }
    return Optional.empty();
  }

  /** The entry; with a problem that names missing fields where it gives no pair. */
  private SourceEntry whole(SourceEntry entry, Set<String> names) {
    List<String> missing = columns.missing(names);
    return names.isEmpty() || missing.isEmpty() || entry.lack().isEmpty()
        ? entry
        : entry.problem(
            "no field %s; there are: %s"
                .formatted(String.join(", ", missing), String.join(", ", names)));
  }

  private boolean readLine() throws IOException {
    bytes.reset();
    int next = input.read();
    if (next < 0) {
      return false;
    }
    number++;
    while (next >= 0 && next != '\n') {
      // One byte more than the limit tells that a line is longer.
      if (bytes.size() <= MAX_LINE_BYTES) {
        bytes.write(next);
      }
      next = input.read();
    }
    return true;
  }
}
