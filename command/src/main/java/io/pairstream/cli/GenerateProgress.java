package io.pairstream.cli;

import io.pairstream.ingest.generate.GenerationListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Shows how a generation goes on, and each problem as it comes. Thread-safe. */
final class GenerateProgress implements GenerationListener, AutoCloseable {

  private final Progress progress;
  private final Pace pace = new Pace(Duration.ofSeconds(10));
  private final long startedAt = System.nanoTime();
  private long published;
  private long bytes;

  GenerateProgress(PrintWriter err) {
    progress = new Progress(err, "generating", "pairs", -1);
  }

  @Override
  public synchronized void published(int imageBytes) {
    published++;
    bytes += imageBytes;
    progress.at(published, -1);
    if (!progress.isLive() && pace.isDue()) {
      progress.line(
          String.format(
              Locale.ROOT,
              "%,d published, %.1f a minute, %.1f MB",
              published,
              published / seconds() * 60,
              bytes / 1e6));
    }
  }

  @Override
  public void problem(String where, String message) {
    progress.line(where + ": " + message);
  }

  @Override
  public void waiting(long seconds, String why) {
    progress.line(why + "; waits " + seconds + " s");
  }

  /** Seconds since the start; more than 0. */
  double seconds() {
    return Math.max(1e-9, (System.nanoTime() - startedAt) / 1e9);
  }

  @Override
  public void close() {
    progress.close();
  }
}
