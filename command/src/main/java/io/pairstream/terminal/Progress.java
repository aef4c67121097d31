package io.pairstream.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Says on stderr how a long work goes on: one line in place where a person looks, else a new one
 * every ten seconds. Thread-safe.
 */
public final class Progress implements AutoCloseable {

  private static final int COLUMNS = 79;
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final boolean inPlace;
  private final LongSupplier clock;
  private final Duration pause;
  private final long startedAt;
  private long shownAt;

  public Progress(PrintWriter err) {
    this(err, isTerminal(), System::nanoTime);
  }

  /**
   * @param clock nanoseconds as {@link System#nanoTime} counts them
   */
  Progress(PrintWriter err, boolean inPlace, LongSupplier clock) {
    this.err = err;
    this.inPlace = inPlace;
    this.clock = clock;
    pause = inPlace ? Duration.ofMillis(250) : Duration.ofSeconds(10);
    startedAt = clock.getAsLong();
    shownAt = startedAt;
  }

  /** Shows how far the work is, unless that was shown a moment ago. */
  public synchronized void show(String format, Object... values) {
    long now = clock.getAsLong();
    if (now - shownAt >= pause.toNanos()) {
      shownAt = now;
      String text = TerminalText.format(format, values);
      if (inPlace) {
        write(ERASE_LINE + TerminalText.fit(text, COLUMNS));
      } else {
        line(text);
      }
    }
  }

  /** Shows how far the work is where a person looks, and nothing elsewhere. */
  public void glance(String format, Object... values) {
    if (inPlace) {
      show(format, values);
    }
  }

  /**
   * Share of a work that is done, as a bar in front of what is said of it: {@code [####......] };
   * empty where no person looks.
   */
  public String bar(long done, long of) {
    int tenths = (int) (10 * done / Math.max(1, of));
    return inPlace ? "[" + "#".repeat(tenths) + ".".repeat(10 - tenths) + "] " : "";
  }

  /** A line that stays, above the one that does not. */
  public synchronized void line(String text) {
    write((inPlace ? ERASE_LINE : "") + TerminalText.plain(text) + System.lineSeparator());
  }

  /** Seconds since the start; more than 0. */
  public double seconds() {
    return Math.max(1e-9, (clock.getAsLong() - startedAt) / 1e9);
  }

  /** Takes the line away that is shown in place. */
  @Override
  public void close() {
    if (inPlace) {
      write(ERASE_LINE);
    }
  }

  private void write(String text) {
    err.print(text);
    err.flush();
  }

  private static boolean isTerminal() {
    try {
      return new ProcessBuilder("sh", "-c", "test -t 2").inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
