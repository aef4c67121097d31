package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A prompt per row, with names in the first row; cells are quoted as RFC 4180 says. */
final class PromptRows implements Iterator<PromptItem> {

  private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");

  private final String name;
  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private final List<String> columns;
  private boolean isBroken;
  private boolean isOver;

  PromptRows(String name, BufferedReader reader, char delimiter) throws IOException {
    this.name = name;
    parser =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .get()
            .parse(reader);
    rows = parser.iterator();
    columns =
        rows.hasNext()
            ? rows.next().stream().map(cell -> cell.strip().toLowerCase(Locale.ROOT)).toList()
            : List.of();
    if (!columns.contains(PromptBuilder.PROMPT)) {
      throw new UnusablePromptsException(
          name
              + " has no column named prompt; its first row must name the columns, and names "
              + columns);
    }
  }

  @Override
  public boolean hasNext() {
    try {
      return isBroken || (!isOver && rows.hasNext());
    } catch (UncheckedIOException e) {
      isBroken = true;
      return true;
    }
  }

  @Override
  public PromptItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (isBroken) {
      isBroken = false;
      isOver = true;
      return new PromptItem.Problem(
          name + ":" + parser.getCurrentLineNumber(),
          "the quotes of a row up to here do not end, so it and what follows were not read");
    }
    CSVRecord row = rows.next();
    String where = name + ":" + (parser.getCurrentLineNumber() - lineEndsIn(row));
    if (row.size() != columns.size()) {
      return new PromptItem.Problem(
          where,
          row.size()
              + " cells where there are "
              + columns.size()
              + " columns; a prompt that holds the delimiter must be quoted");
    }
    PromptBuilder prompt = new PromptBuilder(where);
    for (int column = 0; column < columns.size(); column++) {
      if (!row.get(column).isBlank()) {
        prompt.field(columns.get(column), TextNode.valueOf(row.get(column)));
      }
    }
    return prompt.build();
  }

  /** Lines that the row has beyond its first, because cells hold line ends. */
  private static long lineEndsIn(CSVRecord row) {
    return row.stream().mapToLong(cell -> LINE_END.matcher(cell).results().count()).sum();
  }
}
