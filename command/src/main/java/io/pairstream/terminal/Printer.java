package io.pairstream.terminal;

import java.io.PrintWriter;

/** Writes lines for people; what strangers wrote stands in them as plain text. */
public interface Printer {

  /** The stream to which lines are written. */
  PrintWriter out();

  /**
   * Writes a line.
   *
   * @param format as for {@link TerminalText#format}
   */
  default void print(String format, Object... values) {
    out().println(TerminalText.plain(TerminalText.format(format, values)));
  }

  /** Writes the lines of a table. */
  default void print(Table table) {
    table.lines().forEach(out()::println);
  }

  /** Writes what something is called, and what it is; nothing where it is empty. */
  default void field(String name, Object value) {
    if (!value.toString().isEmpty()) {
      print("%-12s %s", name, value);
    }
  }

  /** Writes a line with a count, unless that is 0. */
  default void count(String line, long count) {
    if (count > 0) {
      print(line, count);
    }
  }
}
