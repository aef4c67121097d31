package io.pairstream.cli.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
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

  private static final int SHOWN_PROBLEMS = 20;

  /**
   * Result of an import, as JSON.
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
  private double share;
  private long published;
  private long bytes;
  private long problems;
  private final List<Problem> kept = new ArrayList<>();

  private final Set<String> shown = new HashSet<>();

  private long shownRows;

  ImportProgress(PrintWriter err) {
    this.progress = new Progress(err);
  }

  @Override
  public synchronized void problem(Problem problem) {
    problems += problem.rows();
    if (kept.size() < KEPT_PROBLEMS) {
      kept.add(problem);
    }
    if (shown.size() < SHOWN_PROBLEMS && shown.add(problem.message())) {
      shownRows += problem.rows();
      notice(problem.where() + ": " + problem.message());
    }
  }

  @Override
  public synchronized void published(int imageBytes) {
    published++;
    bytes += imageBytes;
    progress.show(
        "%,d published, %,d problem(|s), %.0f pairs/s, %.1f MB/s, %.0f %% read",
        published,
        problems,
        published / progress.seconds(),
        bytes / 1e6 / progress.seconds(),
        share * 100);
  }

  @Override
  public synchronized void read(double share) {
    this.share = share;
  }

  @Override
  public void notice(String text) {
    progress.line(text);
  }

  /** Time since the import began. */
  double seconds() {
    return progress.seconds();
  }

  /**
   * Result of the whole import.
   *
   * @param judged null where that was not waited for
   */
  synchronized Summary summary(
      List<ImportRun.Result> results, DecidedPairs.Counts judged, double seconds) {
    long links = results.stream().mapToLong(ImportRun.Result::links).sum();
    return new Summary(
        published - links,
        links,
        List.copyOf(kept),
        problems,
        results,
        Optional.ofNullable(judged),
        seconds,
        published / seconds,
        bytes / 1e6 / seconds);
  }

  @Override
  public synchronized void close() {
    progress.close();
    long more = problems - shownRows;
    if (more > 0) {
      notice(
          TerminalText.format(
              "and %,d more problem(|s), not shown; --failed FILE writes all of them", more));
    }
  }
}
