package io.pairstream.ingest.files;

import io.pairstream.ingest.files.JsonFields.WrongFieldException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A caption list with one JSON object per line, in UTF-8.
 *
 * <p>A caption field holds a string or an array of strings. Other fields that hold a string, a
 * number or a boolean become annotations; objects and arrays of other names are left out. Empty
 * lines are skipped. A line that is wrong costs itself alone.
 */
final class JsonLines implements EntryReader {

  private final JsonFields fields;
  private final SourceInput input;
  private final TextLines lines;
  private final ColumnNames columns;

  JsonLines(SourceInput input, ColumnNames columns) {
    this.input = input;
    this.lines = new TextLines(input.stream());
    this.columns = columns;
    this.fields = new JsonFields(columns);
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (lines.next()) {
      if (lines.isTooLong()) {
        return Optional.of(
            unreadable("the line is longer than " + TextLines.MAX_LINE_BYTES + " bytes"));
      }
      String text;
      try {
        text = lines.text();
      } catch (CharacterCodingException e) {
        return Optional.of(unreadable("the line is not UTF-8"));
      }
      if (!text.isBlank()) {
        return Optional.of(parse(text));
      }
    }
    return Optional.empty();
  }

  @Override
  public double share() {
    return input.share();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private Entry parse(String text) {
    EntryBuilder entry = new EntryBuilder(lines.number(), Long.toString(lines.number()), columns);
    try {
      Set<String> names = fields.read(text, entry, true);
      Entry built = entry.build();
      List<String> missing = columns.missing(names);
      return built instanceof Entry.Unreadable && !missing.isEmpty()
          ? unreadable(
              "no field " + String.join(", ", missing) + "; there are: " + String.join(", ", names))
          : built;
    } catch (WrongFieldException e) {
      return unreadable(e.getMessage());
    }
  }

  private Entry unreadable(String message) {
    return new Entry.Unreadable(lines.number(), Long.toString(lines.number()), message);
  }
}
