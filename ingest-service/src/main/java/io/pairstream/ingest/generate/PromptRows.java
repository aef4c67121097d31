package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A prompt per row, with names in the first row; cells are quoted as RFC 4180 says. */
final class PromptRows implements Iterator<PromptItem> {

  private final String name;
  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private final List<String> columns;
  private boolean broken;

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
      return !broken && rows.hasNext();
    } catch (UncheckedIOException e) {
      // The next call of next() says so.
      return true;
    }
  }

  @Override
  public PromptItem next() {
    String where = name + ":" + (parser.getCurrentLineNumber() + 1);
    CSVRecord row;
    try {
      if (broken) {
        throw new NoSuchElementException();
      }
      row = rows.next();
    } catch (UncheckedIOException e) {
      broken = true;
      return new PromptItem.Problem(
          where, "the quotes of this row do not end, so nothing from here on was read");
    }
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
}
