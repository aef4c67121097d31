package io.pairstream.cli;

import io.pairstream.ingest.generate.GenerationListener;
import io.pairstream.schemas.Threads;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Shows how a generation goes on: a line that is written over where a person looks, one every ten
 * seconds elsewhere, and each problem as it comes. Thread-safe.
 */
final class GenerateProgress implements GenerationListener, AutoCloseable {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final boolean live;
  private final ScheduledExecutorService lines =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("generate-progress"));
  private final long startedAt = System.nanoTime();
  private long published;
  private long problems;
  private long bytes;

  /**
   * @param err where to show it
   * @param live whether a person looks
   */
  GenerateProgress(PrintWriter err, boolean live) {
    this.err = err;
    this.live = live;
    Threads.repeat(lines, live ? BETWEEN_LOOKS : BETWEEN_LINES, this::show);
  }

  @Override
  public synchronized void published(int imageBytes) {
    published++;
    bytes += imageBytes;
  }

  @Override
  public synchronized void problem(String where, String message) {
    problems++;
    print(TerminalText.plain(where + ": " + message));
  }

  @Override
  public synchronized void waiting(long seconds, String why) {
    print(TerminalText.plain(why + "; waits " + seconds + " s"));
  }

  /** Seconds since the start; more than 0. */
  double seconds() {
    return Math.max(1e-9, (System.nanoTime() - startedAt) / 1e9);
  }

  @Override
  public synchronized void close() {
    lines.shutdownNow();
    if (live) {
      err.print(ERASE_LINE);
      err.flush();
    }
  }

  private synchronized void show() {
    String line =
        String.format(
            Locale.ROOT,
            "%,d published, %,d problems, %.1f a minute, %.1f MB",
            published,
            problems,
            published / seconds() * 60,
            bytes / 1e6);
    if (live) {
      err.print(ERASE_LINE + line);
      err.flush();
    } else {
      print(line);
    }
  }

  private void print(String line) {
    err.println((live ? ERASE_LINE : "") + line);
    err.flush();
  }
}
