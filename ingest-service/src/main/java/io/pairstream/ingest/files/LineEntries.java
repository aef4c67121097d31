package io.pairstream.ingest.files;

import io.pairstream.ingest.files.EntryReader.Entry;
import io.pairstream.ingest.files.JsonFields.WrongFieldException;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A caption list with an entry on each line, in UTF-8 with or without a byte order mark, no line
 * longer than fits in memory. Empty lines are skipped. A line that is wrong costs itself alone.
 */
final class LineEntries implements EntryReader {

  /** Longest line that is read, in bytes. */
  static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

  private final SourceInput input;
  private final ColumnNames columns;
  private final JsonFields fields;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long number;

  /** A JSON object per line, with {@link JsonFields}. */
  LineEntries(SourceInput input, ColumnNames columns) {
    this.input = input;
    this.columns = columns;
    this.fields = new JsonFields(columns);
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (readLine()) {
      if (bytes.size() > MAX_LINE_BYTES) {
        return Optional.of(unreadable("the line is longer than " + MAX_LINE_BYTES + " bytes"));
      }
      try {
        String text = StrictUtf8.decode(bytes.toByteArray());
        text = number == 1 ? ByteOrderMark.removedFrom(text) : text;
        if (!text.isBlank()) {
          return Optional.of(object(text));
        }
      } catch (CharacterCodingException e) {
        return Optional.of(unreadable("the line is not UTF-8"));
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

  private boolean readLine() throws IOException {
    bytes.reset();
    InputStream stream = input.stream();
    int next = stream.read();
    if (next < 0) {
      return false;
    }
    number++;
    while (next >= 0 && next != '\n') {
      // One byte more than the limit tells that a line is longer.
      if (bytes.size() <= MAX_LINE_BYTES) {
        bytes.write(next);
      }
      next = stream.read();
    }
    return true;
  }

  private Entry object(String text) {
    EntryBuilder entry = new EntryBuilder(number, Long.toString(number), columns);
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
    return new Entry.Unreadable(number, Long.toString(number), message);
  }
}
