package io.pairstream.ingest.files;

import io.pairstream.ingest.files.EntryReader.Entry;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
 * <p>The first row holds names where the owner says what a column is for, or where it has one for
 * the image and one for the caption; columns of other names become annotations. Without names,
 * column 1 is the file and column 2 the caption, or the other way round where column 2 holds URLs.
 * A row that is wrong costs itself alone, except one whose quotes do not end: nobody can say where
 * the next row begins.
 */
final class DelimitedLines implements EntryReader {

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");
  private static final List<String> UNNAMED = List.of("file", "caption");
  private static final List<String> UNNAMED_LINKS = List.of("caption", "url");

  private final SourceInput input;
  private final RowBytes bytes;
  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private final ColumnNames columns;
  private final List<String> names;
  private Optional<Entry> first;
  private boolean broken;

  /**
   * @param delimiter what stands between cells: a comma, a semicolon or a tab
   * @throws UnusableSourceException where the owner names columns that are not there
   */
  DelimitedLines(SourceInput input, char delimiter, ColumnNames columns) throws IOException {
    this.input = input;
    this.columns = columns;
    InputStream stream = input.stream();
    stream.mark(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(stream.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
      stream.reset();
    }
    CSVFormat.Builder format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setTrailingData(true);
    // Quotes, delimiters and line ends are ASCII, so rows are cut before cells are decoded: each
    // byte is one character here, and a cell that is not UTF-8 spoils its own row alone.
    bytes = new RowBytes(stream);
    parser =
        format
            .get()
            .parse(new BufferedReader(new InputStreamReader(bytes, StandardCharsets.ISO_8859_1)));
    rows = parser.iterator();
    Row row = read();
    List<String> cells = row == null ? List.of() : row.cells();
    if (!cells.isEmpty() && isHeader(cells)) {
      names = cells.stream().map(String::strip).toList();
      first = Optional.empty();
    } else {
      names = holdsUrl(cells) ? UNNAMED_LINKS : UNNAMED;
      first = entry(row);
    }
    if (!columns.missing(names).isEmpty()) {
      throw new UnusableSourceException(
          "the list has no column %s; there are: %s"
              .formatted(String.join(", ", columns.missing(names)), String.join(", ", names)));
    }
  }

  @Override
  public Optional<Entry> next() throws IOException {
    if (first.isPresent()) {
      Optional<Entry> entry = first;
      first = Optional.empty();
      return entry;
    }
    return entry(read());
  }

  @Override
  public double share() {
    return input.share();
  }

  @Override
  public void close() throws IOException {
    parser.close();
    input.close();
  }

  /** The next row; null at the end. */
  private Row read() throws IOException {
    if (broken) {
      return null;
    }
    long line = parser.getCurrentLineNumber() + 1;
    bytes.beginRow();
    try {
      if (!rows.hasNext()) {
        return null;
      }
      CSVRecord row = rows.next();
      line = parser.getCurrentLineNumber() - lineEndsIn(row);
      return new Row(line, decode(row), "");
    } catch (CharacterCodingException e) {
      return new Row(line, List.of(), "the row is not UTF-8");
    } catch (UncheckedIOException e) {
      if (bytes.failed()) {
        throw e.getCause();
      }
      broken = true;
      return new Row(
          line,
          List.of(),
          "the quotes of this row do not end as they should, so nothing from here on was read: "
              + e.getCause().getMessage());
    }
  }

  private Optional<Entry> entry(Row row) {
    if (row == null) {
      return Optional.empty();
    }
    String place = Long.toString(row.line());
    List<String> cells = row.cells();
    String problem = row.problem();
    if (problem.isEmpty() && cells.size() != names.size()) {
      problem =
          "%s %s where there are %s columns; a caption that holds the delimiter must be quoted"
              .formatted(cells.size(), cells.size() == 1 ? "cell" : "cells", names.size());
    }
    if (!problem.isEmpty()) {
      return Optional.of(new Entry.Unreadable(row.line(), place, problem));
    }
    EntryBuilder entry = new EntryBuilder(row.line(), place, columns);
    for (int column = 0; column < names.size(); column++) {
      entry.field(names.get(column), cells.get(column));
    }
    return Optional.of(entry.build());
  }

  private boolean isHeader(List<String> cells) {
    return columns.isGiven() || columns.suffice(cells.stream().map(String::strip).toList());
  }

  private static boolean holdsUrl(List<String> cells) {
    return cells.size() == 2 && cells.get(1).strip().matches("(?i)https?://\\S+");
  }

  /** Lines that the row has beyond its first, because cells hold line ends. */
  private static long lineEndsIn(CSVRecord row) {
    return row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
  }

  private static List<String> decode(CSVRecord row) throws CharacterCodingException {
    List<String> cells = new ArrayList<>(row.size());
    for (String cell : row) {
      cells.add(StrictUtf8.decode(cell.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return cells;
  }

  /**
   * What the parser gives.
   *
   * @param problem why there are no cells; empty where there are
   */
  private record Row(long line, List<String> cells, String problem) {}
}
