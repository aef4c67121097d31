package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.demo.DecidedPairs;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.terminal.Progress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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

  /**
   * What came of an import, as JSON.
   *
   * @param problems the first of them
   * @param judged where that was waited for
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Summary(
      long published,
      long links,
      List<Problem> problems,
      long problemCount,
      List<ImportRun.Result> sources,
      Optional<DecidedPairs.Counts> judged,
      double seconds,
      double pairsPerSecond,
      double megabytesPerSecond) {}

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

  /** What came of it all. */
  synchronized Summary summary(
      List<ImportRun.Result> results, Optional<DecidedPairs.Counts> judged, double seconds) {
    long links = results.stream().mapToLong(ImportRun.Result::links).sum();
    return new Summary(
        published - links,
        links,
        List.copyOf(kept),
        problems,
        results,
        judged,
        seconds,
        published / seconds,
        bytes / 1e6 / seconds);
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
