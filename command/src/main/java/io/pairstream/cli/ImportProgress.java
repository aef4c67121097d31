package io.pairstream.cli;

import io.pairstream.ingest.files.ImportListener;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.schemas.Threads;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how an import goes on: a bar where a person looks, a line every ten seconds elsewhere, and
 * the first problems as they come, an image's once. Keeps more of them. Thread-safe.
 */
final class ImportProgress implements ImportListener, AutoCloseable {

  /** Problems that are kept for the summary. */
  static final int KEPT_PROBLEMS = 1000;

  /** Problems that are shown as they come. */
  private static final int SHOWN_PROBLEMS = 20;

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final int BAR_COLUMNS = 79;
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final Optional<ProgressBar> bar;
  private final ScheduledExecutorService lines =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("import-progress"));
  private final long startedAt = System.nanoTime();
  private final long limit;

  /** Read at the start, by an import that was resumed; negative before anything is read. */
  private volatile double firstShare = -1;

  private volatile double lastShare;
  private final AtomicLong published = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong problems = new AtomicLong();
  private final List<Problem> kept = new ArrayList<>();

  /** What the problems are about that were shown; guarded by {@link #kept}. */
  private final Set<String> shown = new HashSet<>();

  /**
   * @param err where to show it
   * @param live whether a person looks
   * @param limit pairs that will be published at most; negative where unknown
   */
  ImportProgress(PrintWriter err, boolean live, long limit) {
    this.err = err;
    this.limit = limit;
    if (live) {
      bar = Optional.of(newBar(limit));
    } else {
      bar = Optional.empty();
      Threads.repeat(lines, BETWEEN_LINES, this::printLine);
    }
  }

  @Override
  public void problem(Problem problem) {
    problems.incrementAndGet();
    boolean isToShow;
    synchronized (kept) {
      if (kept.size() < KEPT_PROBLEMS) {
        kept.add(problem);
      }
      isToShow = shown.size() < SHOWN_PROBLEMS && shown.add(problem.about());
    }
    if (isToShow) {
      notice(TerminalText.plain(problem.where() + ": " + problem.message()));
    }
  }

  @Override
  public void published(int imageBytes) {
    published.incrementAndGet();
    bytes.addAndGet(imageBytes);
    bar.ifPresent(
        shown -> {
          shown.step();
          shown.maxHint(expected());
          shown.setExtraMessage(
              String.format(Locale.ROOT, " %.1f MB/s", bytes.get() / 1e6 / seconds()));
        });
  }

  @Override
  public void read(double share) {
    if (firstShare < 0) {
      firstShare = share;
    }
    lastShare = share;
  }

  /** Says something about the import as a whole. */
  void notice(String text) {
    print((bar.isPresent() ? ERASE_LINE : "") + text + System.lineSeparator());
  }

  /** The first {@link #KEPT_PROBLEMS} problems, in their order. */
  List<Problem> problems() {
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  /** Pairs that are in Kafka. */
  long published() {
    return published.get();
  }

  /** Seconds since the start; more than 0. */
  double seconds() {
    return Math.max(1e-9, (System.nanoTime() - startedAt) / 1e9);
  }

  /** Ends the display; the bar leaves its line. */
  @Override
  public void close() {
    lines.shutdownNow();
    bar.ifPresent(
        shown -> {
          shown.close();
          print(ERASE_LINE);
        });
    long more = problems.get() - shownProblems();
    if (more > 0) {
      print(
          String.format(
              Locale.ROOT,
              "and %,d more problems, which are not shown; --failed FILE writes all of them%n",
              more));
    }
  }

  private int shownProblems() {
    synchronized (kept) {
      return shown.size();
    }
  }

  private void printLine() {
    if (published.get() == 0 && problems.get() == 0) {
      return;
    }
    print(
        String.format(
            Locale.ROOT,
            "%,d published, %,d problems, %.0f pairs/s, %.1f MB/s%s%n",
            published.get(),
            problems.get(),
            published.get() / seconds(),
            bytes.get() / 1e6 / seconds(),
            timeLeft()));
  }

  /** How many pairs it will be in all, as far as can be told from what is read; or negative. */
  private long expected() {
    double read = lastShare - firstShare;
    // The first few pairs say little of the rest.
    if (read <= 0.001) {
      return limit;
    }
    long all = Math.round(published.get() * (1 - firstShare) / read);
    return limit < 0 ? all : Math.min(limit, all);
  }

  private String timeLeft() {
    long all = expected();
    if (all <= 0 || published.get() == 0) {
      return "";
    }
    double left = Math.max(0, all - published.get()) * seconds() / published.get();
    return String.format(
        Locale.ROOT,
        ", %.0f %% read, about %d:%02d:%02d left",
        lastShare * 100,
        (long) left / 3600,
        (long) left / 60 % 60,
        (long) left % 60);
  }

  private void print(String text) {
    synchronized (err) {
      err.print(text);
      err.flush();
    }
  }

  private ProgressBar newBar(long limit) {
    return new ProgressBarBuilder()
        .setTaskName("importing")
        .setInitialMax(limit)
        .setUnit(" pairs", 1)
        .showSpeed()
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
        .setUpdateIntervalMillis(250)
        .setConsumer(new DelegatingProgressBarConsumer(line -> print("\r" + line), BAR_COLUMNS))
        .build();
  }
}
