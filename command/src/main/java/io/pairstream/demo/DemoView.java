package io.pairstream.demo;

import io.pairstream.schemas.Threads;
import io.pairstream.terminal.TerminalText;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * Shows a demo while it runs: on a terminal in place, four times a second; elsewhere as a line
 * every five seconds.
 */
public final class DemoView implements AutoCloseable {

  /** Columns that every terminal has. */
  static final int COLUMNS = 80;

  private static final Duration BETWEEN_FRAMES = Duration.ofMillis(250);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
  private static final int BAR_COLUMNS = 36;

  /** Reasons that are shown one by one; a frame of all of them would not fit on 24 rows. */
  private static final int SHOWN_REASONS = 8;

  private static final String ERASE_LINE = "\u001b[2K";
  private static final String ERASE_BELOW = "\u001b[J";

  private final PrintStream out;
  private final boolean live;
  private final Supplier<DemoState> state;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("demo-view"));
  private int rowsDrawn;

  /**
   * @param out where to show it
   * @param live whether that is a terminal
   * @param state asked before each frame, by a thread of the view's
   */
  public DemoView(PrintStream out, boolean live, Supplier<DemoState> state) {
    this.out = out;
    this.live = live;
    this.state = state;
  }

  public void start() {
    Threads.repeat(clock, live ? BETWEEN_FRAMES : BETWEEN_LINES, this::draw);
  }

  /** Draws once more, so that the last frame shows the end, and leaves it there. */
  @Override
  public void close() {
    clock.shutdown();
    draw();
  }

  /** Draws now. */
  synchronized void draw() {
    DemoState now = state.get();
    if (!live) {
      out.println(line(now));
      out.flush();
      return;
    }
    StringBuilder frame = new StringBuilder();
    if (rowsDrawn > 0) {
      frame.append("\u001b[").append(rowsDrawn).append('A');
    }
    List<String> rows = frame(now);
    for (String row : rows) {
      frame.append('\r').append(ERASE_LINE).append(row).append('\n');
    }
    rowsDrawn = rows.size();
    out.print(frame.append(ERASE_BELOW));
    out.flush();
  }

  /** The picture as rows of at most {@link #COLUMNS} columns. */
  static List<String> frame(DemoState state) {
    OutputCounts outputs = state.outputs();
    long widest =
        Math.max(
            Math.max(outputs.training(), outputs.validation()),
            Math.max(outputs.test(), outputs.quarantined()));
    List<String> rows = new ArrayList<>();
    rows.add(
        String.format(
            Locale.ROOT,
            "  %-24s %10s    %,.0f pairs/s",
            "pairstream demo",
            time(state.elapsed()),
            state.pairsPerSecond()));
    rows.add("");
    rows.add(row("in", state.published(), ""));
    rows.add(row("training", outputs.training(), bar(outputs.training(), widest)));
    rows.add(row("validation", outputs.validation(), bar(outputs.validation(), widest)));
    rows.add(row("test", outputs.test(), bar(outputs.test(), widest)));
    rows.add(row("quarantine", outputs.quarantined(), bar(outputs.quarantined(), widest)));
    reasons(outputs.quarantine(), outputs.quarantined(), rows);
    rows.add(row("batches to the trainer", state.batches(), ""));
    rows.add(TerminalText.fit("  last caption: " + state.lastCaption(), COLUMNS - 1));
    return rows;
  }

  /** The same in one line. */
  static String line(DemoState state) {
    OutputCounts outputs = state.outputs();
    return String.format(
        Locale.ROOT,
        "%s  in %,d  training %,d  validation %,d  test %,d  quarantine %,d  batches %,d"
            + "  %,.0f pairs/s",
        time(state.elapsed()),
        state.published(),
        outputs.training(),
        outputs.validation(),
        outputs.test(),
        outputs.quarantined(),
        state.batches(),
        state.pairsPerSecond());
  }

  private static void reasons(Map<String, Long> counts, long all, List<String> rows) {
    List<Map.Entry<String, Long>> sorted =
        counts.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    for (Map.Entry<String, Long> reason :
        sorted.subList(0, Math.min(SHOWN_REASONS, sorted.size()))) {
      String name = TerminalText.fit(reason.getKey().toLowerCase(Locale.ROOT), 22);
      rows.add(row("  " + name.replace('_', ' '), reason.getValue(), bar(reason.getValue(), all)));
    }
    if (sorted.size() > SHOWN_REASONS) {
      long others =
          sorted.subList(SHOWN_REASONS, sorted.size()).stream()
              .mapToLong(Map.Entry::getValue)
              .sum();
      int kinds = sorted.size() - SHOWN_REASONS;
      rows.add(row("  " + kinds + " more", others, bar(others, all)));
    }
  }

  private static String row(String name, long count, String bar) {
    return String.format(Locale.ROOT, "  %-24s %10s  %s", name, TerminalText.count(count), bar);
  }

  private static String bar(long count, long of) {
    return of == 0 ? "" : TerminalText.bar((double) count / of, BAR_COLUMNS);
  }

  private static String time(Duration elapsed) {
    return String.format(Locale.ROOT, "%02d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
  }
}
