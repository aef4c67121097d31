package io.pairstream.cli.data;

import io.pairstream.ingest.generate.Generation;
import io.pairstream.terminal.Progress;

/** Shows how a generation goes on, and each problem as it comes. Thread-safe. */
final class GenerateProgress implements Generation.Listener {

  private final Progress progress;
  private long published;

  GenerateProgress(Progress progress) {
    this.progress = progress;
  }

  long published() {
    return published;
  }

  double seconds() {
    return progress.seconds();
  }

  @Override
  public synchronized void published(int imageBytes) {
    published++;
    progress.show("%,d published, %.1f a minute", published, published / progress.seconds() * 60);
  }

  @Override
  public void problem(String where, String message) {
    progress.line(where + ": " + message);
  }

  @Override
  public void waiting(long seconds, String why) {
    progress.line(why + "; waits " + seconds + " s");
  }
}
