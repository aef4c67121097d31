package io.pairstream.image.python;

import io.pairstream.image.sandbox.Complaints;
import java.util.function.Consumer;

/** Passes on what functions print, as far as a person can follow. Thread-safe. */
final class PrintedLines {

  private static final int MOST_IN_A_SECOND = 20;
  private static final long SECOND = 1_000_000_000L;

  private final String prefix;
  private final Consumer<String> to;
  private long second = System.nanoTime() / SECOND;
  private int passed;
  private long left;

  /**
   * @param name the card's or the step's
   */
  PrintedLines(String name, Consumer<String> to) {
    this.prefix = "python " + name + ": ";
    this.to = to;
  }

  void add(String words) {
    words.lines().filter(line -> !line.isBlank()).forEach(this::addLine);
  }

  private synchronized void addLine(String line) {
    long now = System.nanoTime() / SECOND;
    if (now != second) {
      if (left > 0) {
        to.accept(prefix + "more lines: %,d".formatted(left));
      }
      second = now;
      passed = 0;
      left = 0;
    }
    if (passed++ < MOST_IN_A_SECOND) {
      to.accept(prefix + Complaints.presentable(line));
    } else {
      left++;
    }
  }
}
