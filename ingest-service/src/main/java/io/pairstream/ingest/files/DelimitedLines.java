package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
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
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A caption list with a row per caption, in UTF-8: commas or tabs between cells. Cells may be
 * quoted as RFC 4180 says; text with tabs has no quotes, as IANA registers it and CC3M is written
 * (https://www.iana.org/assignments/media-types/text/tab-separated-values).
 *
 * <p>The first row holds names where the owner says what a column is for, or where it has one for
 * the image and one for the caption; columns of other names become annotations. Where its first row
 * names an image instead, column 1 is the file and column 2 the caption, or the other way round
 * where column 2 holds URLs. A row that is wrong costs itself alone, except one whose quotes take
 * in the rows behind it: these are named with it, and none of them is read.
 */
final class DelimitedLines implements SourceEntry.Reader {

  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");

  /** A cell with doubled quotes inside, so the cell itself was quoted. */
  private static final Pattern QUOTED = Pattern.compile("\"(?=.*\"\".*\")(?:[^\"]++|\"\")*+\"");

  private static final String BEHIND_A_QUOTE =
      "text follows a quote that ends its cell: a quote that belongs to a cell is doubled (Spark"
          + " writes it so with .option('escape', '\"'))";

  private final char delimiter;
  private final boolean isQuoted;

  /** Whether each quote in a cell has a backslash before it, as Spark and MySQL write it. */
  private final boolean isBackslashed;

  private final ImageFiles images;
  private final RowBytes bytes;
  private final BufferedReader reader;
  private final CSVParser parser;
  private final ColumnNames columns;
  private final List<String> names;
  private Iterator<CSVRecord> rows;

  /** Row that is read and not handed out; null where there is none. */
  private Row first;

  /**
   * A row from the parser.
   *
   * @param cells undecoded bytes where there is a problem; none where the row has no end
   * @param problem why its cells cannot be used; empty where they can
   * @param lines number of lines that it takes; at least 1
   */
  private record Row(long line, List<String> cells, String problem, long lines) {}

  /**
   * @param delimiter what stands between cells: a comma, a semicolon or a tab
   * @param isQuoted whether cells may be in quotes
   * @param images where the files are that cells name
   * @throws UnusableSourceException where the owner names columns that are not there, or the first
   *     row neither names columns that are known nor an image
   */
  DelimitedLines(
      SourceInput input, char delimiter, boolean isQuoted, ColumnNames columns, ImageFiles images)
      throws IOException {
    this.delimiter = delimiter;
    this.isQuoted = isQuoted;
    this.images = images;
    // Quotes, delimiters and line ends are ASCII, so rows are cut before cells are decoded: each
    // byte is one character here, and a cell that is not UTF-8 spoils its own row alone.
    isBackslashed = isQuoted && RowBytes.isBackslashed(input.stream(), delimiter);
    bytes = new RowBytes(input.stream(), delimiter, isQuoted, isBackslashed);
    reader = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.ISO_8859_1));
    parser =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setQuote(isQuoted ? '"' : null)
            .setIgnoreEmptyLines(true)
            .setTrailingData(true)
            .get()
            .parse(reader);
    rows = parser.iterator();
    first = read().orElse(null);
    if (first != null
        && PairSource.SEPARATOR.matcher(String.join("" + delimiter, first.cells())).matches()) {
      first = read().orElse(null);
    }
    List<String> cells =
        first == null ? List.of() : first.cells().stream().map(String::strip).toList();
    if (!cells.isEmpty()
        && (columns.isGiven()
            || columns.guess(cells).suffice(cells)
            || cells.stream().noneMatch(images::isNamedBy))) {
      names = cells;
      first = null;
    } else {
      boolean endsWithUrl = cells.size() == 2 && cells.get(1).matches("(?i)https?://\\S+");
      names = endsWithUrl ? List.of("caption", "url") : List.of("file", "caption");
    }
    this.columns = columns.guess(names);
    this.columns.requireAll(names, names.stream().map(this.columns::role).toList());
  }

  @Override
  public Optional<SourceEntry> next() throws IOException {
    Optional<Row> row = first == null ? read() : Optional.of(first);
    first = null;
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
      long more = row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
      line = parser.getCurrentLineNumber() - more;
      List<String> raw = row.toList();
      try {
        List<String> cells = new ArrayList<>(row.size());
        for (String cell : raw) {
          cells.add(StrictUtf8.decode(cell.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return Optional.of(new Row(line, cells, "", more + 1));
      } catch (CharacterCodingException e) {
        if (bytes.hasMarks && String.join("", raw).indexOf(RowBytes.MARK) >= 0) {
          return Optional.of(new Row(line, raw, BEHIND_A_QUOTE, more + 1));
        }
        byte[] text = String.join(" ", raw).getBytes(StandardCharsets.ISO_8859_1);
        return Optional.of(new Row(line, raw, "the row" + TextEncoding.advice(text), more + 1));
      }
    } catch (UncheckedIOException e) {
      if (bytes.failed) {
        throw e.getCause();
      }
      rows = Collections.emptyIterator();
      bytes.isLimited = false;
      long last = parser.getCurrentLineNumber() + reader.lines().count();
      return Optional.of(
          new Row(
              line,
              List.of(),
              "the quotes of this row do not end as they should, so nothing from here on was read"
                  + " (a quote that belongs to a cell is doubled, in a cell that is quoted): "
                  + e.getCause().getMessage(),
              Math.max(1, last - line + 1)));
    }
  }

  private SourceEntry entry(Row row) {
    SourceEntry entry = new SourceEntry(row.line(), Long.toString(row.line()), columns);
    List<String> cells = row.cells();
    if (cells.isEmpty()) {
      return entry.problem(row.problem(), row.lines());
    }
    long swallowed = row.lines() == 1 ? 0 : swallowed(cells);
    if (swallowed > 0) {
      return entry.problem(
          "its quotes take in %s more rows, up to line %s, so none of them was read; a quote that belongs to a cell is doubled, in a cell that is quoted"
              .formatted(swallowed, row.line() + row.lines() - 1),
          1 + swallowed);
    }
    if (!row.problem().isEmpty()) {
      return entry.problem(row.problem());
    }
    if (isBackslashed) {
      entry.notice(
          "backslashes",
          "a quote with a backslash before it is one of the cell, as Spark writes it");
    }
    if (cells.size() != names.size()) {
      return entry.problem(
          "%s %s where there are %s columns; %s"
              .formatted(
                  cells.size(),
                  cells.size() == 1 ? "cell" : "cells",
                  names.size(),
                  isQuoted
                      ? "a caption that holds the delimiter must be quoted"
                      : "quotes are letters here; where cells are quoted, as pandas and Excel do"
                          + " it, say --format tsv-quoted"));
    }
    if (!isQuoted && cells.stream().anyMatch(cell -> QUOTED.matcher(cell).matches())) {
      entry.notice(
          "quoted cells",
          "cells in quotes, with doubled ones in them, are taken as they are; where pandas or Excel"
              + " wrote the file, say --format tsv-quoted");
    }
    for (int column = 0; column < names.size(); column++) {
      entry.field(names.get(column), cells.get(column));
    }
    return entry;
  }

  /**
   * Number of rows inside the quotes of another: lines that name an image, if one of them does so
   * where a row of its own would. A caption of several lines may well name one elsewhere.
   */
  private long swallowed(List<String> cells) {
    String separator = String.valueOf(delimiter);
    int image = IntStream.range(0, names.size()).filter(this::isOfImage).findFirst().orElse(0);
    String before = String.join(separator, cells.subList(0, Math.min(image + 1, cells.size())));
    long own = LINE_END.matcher(before).results().count();
    String[] lines = LINE_END.split(String.join(separator, cells));
    List<String[]> others =
        IntStream.range(0, lines.length)
            .filter(line -> line != own)
            .mapToObj(line -> lines[line].split(Pattern.quote(separator), -1))
            .filter(row -> Stream.of(row).anyMatch(images::isNamedBy))
            .toList();
    boolean areRows =
        others.stream()
            .filter(row -> row.length >= names.size())
            .anyMatch(
                row ->
                    images.isNamedBy(row[image])
                        || images.isNamedBy(row[row.length - names.size() + image]));
    return areRows ? others.size() : 0;
  }

  private boolean isOfImage(int column) {
    return Set.of(Role.FILE, Role.URL).contains(columns.role(names.get(column)));
  }

  /**
   * Input that limits a row's length: a quote that never ends would otherwise gather the whole list
   * in one cell. Where lines end with a line feed, a carriage return without one is a space: the
   * parser would end the row there, and a caption in its middle.
   */
  private static final class RowBytes extends FilterInputStream {

    /** Longest row, in bytes, including the parser's look-ahead. */
    private static final int MAX_ROW_BYTES = 8 * 1024 * 1024;

    /** Byte of no UTF-8, in place of text behind a cell's end. */
    static final char MARK = 0xFF;

    /** Bytes in which it is seen how quotes are written. */
    private static final int SEEN_BYTES = 1024 * 1024;

    private final int delimiter;
    private final boolean isQuoted;
    private final boolean isBackslashed;
    private final boolean endsWithLineFeed;
    private State state = State.BEGIN;
    private boolean isLiteral;
    private boolean isBehindBackslash;
    private boolean hasMarks;
    private int doubledQuotes;
    private int backslashedQuotes;
    private long sinceRowBegan;
    private boolean isLimited = true;

    /** Whether the list itself could not be read, rather than one of its rows. */
    private boolean failed;

    /** Where in a cell a byte is. */
    private enum State {
      BEGIN,
      PLAIN,
      QUOTED,
      /** Behind a quote in a quoted cell: its end, or the first of two. */
      BEHIND
    }

    RowBytes(InputStream stream, char delimiter, boolean isQuoted, boolean isBackslashed)
        throws IOException {
      super(stream);
      this.delimiter = delimiter;
      this.isQuoted = isQuoted;
      this.isBackslashed = isBackslashed;
      this.endsWithLineFeed = PairSource.beginning(stream).indexOf('\n') >= 0;
    }

    /** Whether quotes in cells have backslashes before them, and none is doubled. */
    static boolean isBackslashed(InputStream list, char delimiter) throws IOException {
      byte[] seen = SourceInput.peek(list, SEEN_BYTES);
      RowBytes rows = new RowBytes(new ByteArrayInputStream(seen), delimiter, true, false);
      rows.read(seen, 0, seen.length);
      return rows.backslashedQuotes > 0 && rows.doubledQuotes == 0;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (isLimited && sinceRowBegan > MAX_ROW_BYTES) {
        throw new IOException("the row is longer than " + MAX_ROW_BYTES + " bytes");
      }
      try {
        int count = in.read(into, offset, length);
        sinceRowBegan += Math.max(0, count);
        int end = offset;
        for (int i = offset; i < offset + count; i++) {
          int next = needsNext(into[i]) ? i + 1 < offset + count ? into[i + 1] : peek() : 0;
          boolean isEscape =
              isBackslashed && state == State.QUOTED && !isLiteral && into[i] == '\\';
          if (isEscape && next == '\\') {
            isLiteral = true;
            continue;
          }
          // A quote that has a backslash before it becomes one that is doubled.
          into[end++] =
              isEscape && next == '"' ? followed((byte) '"', next) : followed(into[i], next);
        }
        return count <= 0 ? count : end > offset ? end - offset : read(into, offset, length);
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }

    private boolean needsNext(byte value) {
      return value == '\r' || (isBackslashed && value == '\\');
    }

    /** Follows where cells end, and returns the byte that the parser gets. */
    private byte followed(byte value, int next) {
      byte given = value;
      boolean isEnd = value == delimiter || value == '\n' || value == '\r';
      if (value == '\r' && endsWithLineFeed && state != State.QUOTED && next != '\n') {
        given = ' ';
        isEnd = false;
      }
      if (state == State.QUOTED) {
        state = value == '"' ? State.BEHIND : State.QUOTED;
      } else if (isEnd) {
        state = State.BEGIN;
      } else if (state == State.BEHIND && value == '"') {
        state = State.QUOTED;
        doubledQuotes += isBehindBackslash ? 0 : 1;
      } else if (state == State.BEHIND && value != ' ') {
        state = State.PLAIN;
        backslashedQuotes += isBehindBackslash ? 1 : 0;
        hasMarks = true;
        given = (byte) MARK;
      } else if (state == State.BEGIN) {
        state = isQuoted && value == '"' ? State.QUOTED : State.PLAIN;
      }
      if (state != State.BEHIND) {
        isBehindBackslash = value == '\\';
      }
      isLiteral = false;
      return given;
    }

    private int peek() throws IOException {
      in.mark(1);
      int next = in.read();
      in.reset();
      return next;
    }
  }
}
