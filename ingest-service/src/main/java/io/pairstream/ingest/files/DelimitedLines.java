package io.pairstream.ingest.files;

import io.pairstream.schemas.wire.StrictUtf8;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A caption list with a row per caption, in UTF-8: commas or tabs between cells, cells quoted as
 * RFC 4180 says.
 *
 * <p>The first row holds names where the owner says what a column is for, or where it has one for
 * the image and one for the caption; columns of other names become annotations. Where its first row
 * names an image instead, column 1 is the file and column 2 the caption, or the other way round
 * where column 2 holds URLs. A row that is wrong costs itself alone, except one whose quotes do not
 * end: nobody can say where the next row begins.
 */
final class DelimitedLines implements Entry.Reader {

  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");

  private final RowBytes bytes;
  private final CSVParser parser;
  private final ColumnNames columns;
  private final List<String> names;
  private Iterator<CSVRecord> rows;
  private Optional<Row> first;

  /**
   * What the parser gives.
   *
   * @param problem why there are no cells; empty where there are
   */
  private record Row(long line, List<String> cells, String problem) {}

  /**
   * @param delimiter what stands between cells: a comma, a semicolon or a tab
   * @param images where the files are that cells name
   * @throws UnusableSourceException where the owner names columns that are not there, or the first
   *     row neither names columns that are known nor an image
   */
  DelimitedLines(SourceInput input, char delimiter, ColumnNames columns, ImageFiles images)
      throws IOException {
    this.columns = columns;
    // Quotes, delimiters and line ends are ASCII, so rows are cut before cells are decoded: each
    // byte is one character here, and a cell that is not UTF-8 spoils its own row alone.
    bytes = new RowBytes(input.stream());
    parser =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setTrailingData(true)
            .get()
            .parse(new BufferedReader(new InputStreamReader(bytes, StandardCharsets.ISO_8859_1)));
    rows = parser.iterator();
    first = read();
    List<String> cells =
        first.map(Row::cells).orElse(List.of()).stream().map(String::strip).toList();
    if (!cells.isEmpty()
        && (columns.isGiven()
            || columns.suffice(cells)
            || cells.stream().noneMatch(images::isNamedBy))) {
      names = cells;
      first = Optional.empty();
    } else {
      boolean endsWithUrl = cells.size() == 2 && cells.get(1).matches("(?i)https?://\\S+");
      names = endsWithUrl ? List.of("caption", "url") : List.of("file", "caption");
    }
    columns.requireAll(names, names.stream().map(columns::role).toList());
  }

  @Override
  public Optional<Entry> next() throws IOException {
    Optional<Row> row = first.isPresent() ? first : read();
    first = Optional.empty();
    return row.map(this::entry);
  }

  private Optional<Row> read() throws IOException {
    long line = parser.getCurrentLineNumber() + 1;
    bytes.sinceRowBegan = 0;
    try {
      if (!rows.hasNext()) {
        return Optional.empty();
      }
      CSVRecord row = rows.next();
      // Cells may hold line ends.
      line =
          parser.getCurrentLineNumber()
              - row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
      List<String> cells = new ArrayList<>(row.size());
      for (String cell : row) {
        cells.add(StrictUtf8.decode(cell.getBytes(StandardCharsets.ISO_8859_1)));
      }
      return Optional.of(new Row(line, cells, ""));
    } catch (CharacterCodingException e) {
      return Optional.of(new Row(line, List.of(), "the row is not UTF-8"));
    } catch (UncheckedIOException e) {
      if (bytes.failed) {
        throw e.getCause();
      }
      rows = Collections.emptyIterator();
      return Optional.of(
          new Row(
              line,
              List.of(),
              "the quotes of this row do not end as they should, so nothing from here on was read: "
                  + e.getCause().getMessage()));
    }
  }

  private Entry entry(Row row) {
    Entry entry = new Entry(row.line(), Long.toString(row.line()), columns);
    List<String> cells = row.cells();
    if (!row.problem().isEmpty()) {
      return entry.problem(row.problem());
    }
    if (cells.size() != names.size()) {
      return entry.problem(
          "%s %s where there are %s columns; a caption that holds the delimiter must be quoted"
              .formatted(cells.size(), cells.size() == 1 ? "cell" : "cells", names.size()));
    }
    for (int column = 0; column < names.size(); column++) {
      entry.field(names.get(column), cells.get(column));
    }
    return entry;
  }

  /**
   * The bytes of a list, as many in a row as fit in memory: a quote that never ends would otherwise
   * gather the whole list in one cell.
   */
  private static final class RowBytes extends FilterInputStream {

    /** Longest row, in bytes; the parser's own look-ahead counts in. */
    private static final int MAX_ROW_BYTES = 8 * 1024 * 1024;

    private long sinceRowBegan;

    /** Whether it was the list that could not be read, and not a row of it. */
    private boolean failed;

    RowBytes(InputStream stream) {
      super(stream);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (sinceRowBegan > MAX_ROW_BYTES) {
        throw new IOException("the row is longer than " + MAX_ROW_BYTES + " bytes");
      }
      try {
        int count = in.read(into, offset, length);
        sinceRowBegan += Math.max(0, count);
        return count;
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }
  }
}
