package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A caption list with one JSON object per line, in UTF-8.
 *
 * <p>A caption field holds a string or an array of strings. Other fields that hold a string, a
 * number or a boolean become annotations; objects and arrays of other names are left out. Empty
 * lines are skipped. A line that is wrong costs itself alone.
 */
final class JsonLines implements EntryReader {

  /** Longest line that is read, in bytes. */
  private static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

  private final JsonMapper json =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private final InputStream input;
  private long line;

  JsonLines(Path file) throws IOException {
    this.input = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (true) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      boolean more = readLine(bytes);
      if (!more) {
        return Optional.empty();
      }
      line++;
      if (bytes.size() > MAX_LINE_BYTES) {
        return unreadable("the line is longer than " + MAX_LINE_BYTES + " bytes");
      }
      String text;
      try {
        text = Utf8.decode(bytes.toByteArray());
      } catch (CharacterCodingException e) {
        return unreadable("the line is not UTF-8");
      }
      if (line == 1) {
        text = Utf8.withoutByteOrderMark(text);
      }
      if (!text.isBlank()) {
        return Optional.of(parse(text));
      }
    }
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  /**
   * Reads up to the next line feed; keeps one byte more than the limit of a line that is longer.
   */
  private boolean readLine(ByteArrayOutputStream into) throws IOException {
    int next = input.read();
    if (next < 0) {
      return false;
    }
    while (next >= 0 && next != '\n') {
      if (into.size() <= MAX_LINE_BYTES) {
        into.write(next);
      }
      next = input.read();
    }
    return true;
  }

  private Entry parse(String text) {
    JsonNode object;
    try {
      object = json.readTree(text);
    } catch (JsonProcessingException e) {
      return new Entry.Unreadable(line, "not JSON: " + e.getOriginalMessage());
    }
    if (!object.isObject()) {
      return new Entry.Unreadable(line, "not a JSON object");
    }
    EntryBuilder entry = new EntryBuilder(line);
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (FieldNames.role(name) == FieldNames.Role.CAPTION && value.isArray()) {
        for (JsonNode caption : value) {
          if (!caption.isTextual()) {
            return new Entry.Unreadable(line, "'" + name + "' holds something that is no string");
          }
          entry.field(name, caption.textValue());
        }
      } else if (FieldNames.role(name) == FieldNames.Role.CAPTION && !value.isTextual()) {
        if (!value.isNull()) {
          return new Entry.Unreadable(
              line, "'" + name + "' is neither a string nor an array of strings");
        }
      } else if (value.isValueNode() && !value.isNull()) {
        entry.field(name, value.asText());
      }
    }
    return entry.build();
  }

  private Optional<Entry> unreadable(String message) {
    return Optional.of(new Entry.Unreadable(line, message));
  }
}
