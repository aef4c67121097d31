package io.pairstream.terminal;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows whose columns are as wide as their widest cell, as plain text; a column with numbers stands
 * at the right, with commas between thousands.
 */
public final class Table {

  /** Columns that every terminal has. */
  public static final int COLUMNS = 80;

  private record Cell(String text, boolean right) {

    static Cell of(Object value) {
      return value instanceof Long || value instanceof Integer
          ? new Cell(TerminalText.count(((Number) value).longValue()), true)
          : new Cell(TerminalText.plain(String.valueOf(value)), value instanceof Figure);
    }

    String padded(int columns, boolean right) {
      String gap = " ".repeat(Math.max(0, columns - TerminalText.columns(text)));
      return right ? gap + text : text + gap;
    }
  }

  /** A text that stands at the right of its column, as a number does. */
  public record Figure(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  private final List<List<Cell>> rows = new ArrayList<>();

  /** Adds a row; a row may have fewer cells than others. */
  public Table row(Object... values) {
    rows.add(List.of(values).stream().map(Cell::of).toList());
    return this;
  }

  /** The rows as lines, two spaces between columns. */
  public List<String> lines() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    boolean[] right = new boolean[columns];
    for (List<Cell> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], TerminalText.columns(row.get(i).text()));
        right[i] |= row.get(i).right();
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<Cell> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(i == 0 ? "" : "  ").append(row.get(i).padded(widths[i], right[i]));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
