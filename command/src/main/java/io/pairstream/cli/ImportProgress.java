package io.pairstream.cli;

import io.pairstream.ingest.files.ImportListener;
import io.pairstream.ingest.files.SourceItem.Problem;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Shows how an import goes on, and the first problems as they come, an image's once. Keeps more of
 * them. Thread-safe.
 */
final class ImportProgress implements ImportListener, AutoCloseable {

  /** Problems that are kept for the summary. */
  static final int KEPT_PROBLEMS = 1000;

  /** Problems that are shown as they come. */
  private static final int SHOWN_PROBLEMS = 20;

  private final Progress progress;
  private final Pace pace = new Pace(Duration.ofSeconds(10));
  private final long startedAt = System.nanoTime();
  private final long limit;

  /** Read at the start, by an import that was resumed; negative before anything is read. */
  private double firstShare = -1;

  private double lastShare;
  private long published;
  private long bytes;
  private long problems;
  private final List<Problem> kept = new ArrayList<>();

  /** What the problems are about that were shown. */
  private final Set<String> shown = new HashSet<>();

  /**
   * @param limit pairs that will be published at most; negative where unknown
   */
  ImportProgress(PrintWriter err, long limit) {
    this.progress = new Progress(err, "importing", "pairs", limit);
    this.limit = limit;
  }

  @Override
  public synchronized void problem(Problem problem) {
    problems++;
    if (kept.size() < KEPT_PROBLEMS) {
      kept.add(problem);
    }
    if (shown.size() < SHOWN_PROBLEMS && shown.add(problem.about())) {
      notice(problem.where() + ": " + problem.message());
    }
  }

  @Override
  public synchronized void published(int imageBytes) {
    published++;
    bytes += imageBytes;
    progress.at(published, expected());
    String speed = String.format(Locale.ROOT, "%.1f MB/s", bytes / 1e6 / seconds());
    if (progress.isLive()) {
      progress.remark(" " + speed);
    } else if (pace.isDue()) {
      notice(
          String.format(
              Locale.ROOT,
              "%,d published, %,d problems, %.0f pairs/s, %s%s",
              published,
              problems,
              published / seconds(),
              speed,
              timeLeft()));
    }
  }

  @Override
  public synchronized void read(double share) {
    if (firstShare < 0) {
      firstShare = share;
    }
    lastShare = share;
  }

  /** Says something about the import as a whole. */
  void notice(String text) {
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

  /** How many pairs it will be in all, as far as can be told from what is read; or negative. */
  private long expected() {
    double read = lastShare - firstShare;
    // The first few pairs say little of the rest.
    if (read <= 0.001) {
      return limit;
    }
    long all = Math.round(published * (1 - firstShare) / read);
    return limit < 0 ? all : Math.min(limit, all);
  }

  private String timeLeft() {
    long all = expected();
    if (all <= 0) {
      return "";
    }
    Duration left =
        Duration.ofSeconds((long) (Math.max(0, all - published) * seconds() / published));
    return String.format(
        Locale.ROOT,
        ", %.0f %% read, about %d:%02d:%02d left",
        lastShare * 100,
        left.toHours(),
        left.toMinutesPart(),
        left.toSecondsPart());
  }

  @Override
  public synchronized void close() {
    progress.close();
    long more = problems - shown.size();
    if (more > 0) {
      notice(
          String.format(
              Locale.ROOT,
              "and %,d more problems, which are not shown; --failed FILE writes all of them",
              more));
    }
  }
}
