package io.pairstream.ingest.files;

import io.pairstream.schemas.wire.StrictUtf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A caption list with a JSON object on each line, as {@link Entry#json} takes it, in UTF-8, no line
 * longer than fits in memory. Empty lines are skipped. A line that is wrong costs itself alone.
 */
final class LineEntries implements Entry.Reader {

  /** Longest line that is read, in bytes. */
  private static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

  private final InputStream input;
  private final ColumnNames columns;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long number;

  LineEntries(SourceInput input, ColumnNames columns) {
    this.input = input.stream();
    this.columns = columns;
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (readLine()) {
      Entry entry = new Entry(number, Long.toString(number), columns);
      if (bytes.size() > MAX_LINE_BYTES) {
        return Optional.of(entry.problem("the line is longer than " + MAX_LINE_BYTES + " bytes"));
      }
      try {
        String text = StrictUtf8.decode(bytes.toByteArray());
        if (!text.isBlank()) {
          Set<String> names = entry.json(text, true, "");
          List<String> missing = columns.missing(names);
          if (!names.isEmpty() && !missing.isEmpty() && !entry.lack().isEmpty()) {
            entry.problem(
                "no field %s; there are: %s"
                    .formatted(String.join(", ", missing), String.join(", ", names)));
          }
          return Optional.of(entry);
        }
      } catch (CharacterCodingException e) {
        return Optional.of(entry.problem("the line is not UTF-8"));
      }
    }
    return Optional.empty();
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
