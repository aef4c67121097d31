package io.pairstream.ingest.files;

import io.pairstream.ingest.files.FieldNames.Role;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A caption list with a row per caption, in UTF-8 with or without a byte order mark: commas or tabs
 * between cells, cells quoted as RFC 4180 says.
 *
 * <p>The first row holds names where it has one for the file and one for the caption; columns of
 * other names become annotations. Without names, column 1 is the file and column 2 the caption. A
 * row that is wrong costs itself alone, except one whose quotes do not end: nobody can say where
 * the next row begins.
 */
final class DelimitedLines implements EntryReader {

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");
  private static final List<String> UNNAMED = List.of("file", "caption");

  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private List<String> names;
  private boolean broken;

  /**
   * @param delimiter what stands between cells
   */
  DelimitedLines(Path file, char delimiter) throws IOException {
    InputStream input = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    input.mark(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(input.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
      input.reset();
    }
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setTrailingData(true)
            .get();
    // Quotes, delimiters and line ends are ASCII, so rows are cut before cells are decoded: each
    // byte is one character here, and a cell that is not UTF-8 spoils its own row alone.
    parser =
        format.parse(new BufferedReader(new InputStreamReader(input, StandardCharsets.ISO_8859_1)));
    rows = parser.iterator();
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (!broken) {
      long line = parser.getCurrentLineNumber() + 1;
      try {
        if (!rows.hasNext()) {
          return Optional.empty();
        }
        CSVRecord row = rows.next();
        line = parser.getCurrentLineNumber() - lineEndsIn(row);
        List<String> cells = decode(row);
        if (names == null && namesFields(cells)) {
          names = cells;
        } else {
          return Optional.of(entry(line, cells));
        }
      } catch (CharacterCodingException e) {
        return Optional.of(new Entry.Unreadable(line, "the row is not UTF-8"));
      } catch (UncheckedIOException e) {
        broken = true;
        return Optional.of(
            new Entry.Unreadable(
                line,
                "the quotes of this row do not end as they should, so nothing from here on was"
                    + " read: "
                    + e.getCause().getMessage()));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private Entry entry(long line, List<String> cells) {
    if (names == null) {
      names = UNNAMED;
    }
    if (cells.size() != names.size()) {
      return new Entry.Unreadable(
          line,
          cells.size()
              + " cells where there are "
              + names.size()
              + " columns; a caption that holds the delimiter must be quoted");
    }
    EntryBuilder entry = new EntryBuilder(line);
    for (int column = 0; column < cells.size(); column++) {
      entry.field(names.get(column), cells.get(column));
    }
    return entry.build();
  }

  /** Lines that the row has beyond its first, because cells hold line ends. */
  private static long lineEndsIn(CSVRecord row) {
    return row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
  }

  private static boolean namesFields(List<String> cells) {
    return cells.stream().anyMatch(cell -> FieldNames.role(cell) == Role.FILE)
        && cells.stream().anyMatch(cell -> FieldNames.role(cell) == Role.CAPTION);
  }

  private static List<String> decode(CSVRecord row) throws CharacterCodingException {
    List<String> cells = new ArrayList<>(row.size());
    for (String cell : row) {
      cells.add(Utf8.decode(cell.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return cells;
  }
}
