package io.pairstream.cli;

import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.terminal.Progress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Shows how an import goes on, and the first problems as they come, an image's once. Keeps more of
 * them. Thread-safe.
 */
final class ImportProgress implements ImportRun.Listener, AutoCloseable {

  /** Problems that are kept for the summary. */
  static final int KEPT_PROBLEMS = 1000;

  /** Problems that are shown as they come. */
  private static final int SHOWN_PROBLEMS = 20;

  private final Progress progress;
  private final long startedAt = System.nanoTime();
  private double share;
  private long published;
  private long bytes;
  private long problems;
  private final List<Problem> kept = new ArrayList<>();

  /** What the problems are about that were shown. */
  private final Set<String> shown = new HashSet<>();

  ImportProgress(PrintWriter err) {
    this.progress = new Progress(err);
  }

  @Override
  public synchronized void problem(Problem problem) {
    problems++;
    if (kept.size() < KEPT_PROBLEMS) {
      kept.add(problem);
    }
    if (shown.size() < SHOWN_PROBLEMS && shown.add(problem.message())) {
      notice(problem.where() + ": " + problem.message());
    }
  }

  @Override
  public synchronized void published(int imageBytes) {
    published++;
    bytes += imageBytes;
    progress.show(
        "%,d published, %,d problems, %.0f pairs/s, %.1f MB/s, %.0f %% read",
        published, problems, published / seconds(), bytes / 1e6 / seconds(), share * 100);
  }

  @Override
  public synchronized void read(double share) {
    this.share = share;
  }

  @Override
  public void notice(String text) {
    progress.line(text);
  }

  /** The first {@link #KEPT_PROBLEMS} problems, in their order. */
  synchronized List<Problem> problems() {
    return List.copyOf(kept);
  }

  /** Seconds since the start; more than 0. */
  double seconds() {
    return Math.max(1e-9, (System.nanoTime() - startedAt) / 1e9);
  }

  @Override
  public synchronized void close() {
    progress.close();
    long more = problems - shown.size();
    if (more > 0) {
      notice(
          "and %,d more problems, which are not shown; --failed FILE writes all of them"
              .formatted(more));
    }
  }
}
