package io.pairstream.cli;

import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How a long work goes on, on stderr: a bar where a person looks; lines everywhere. Thread-safe.
 */
final class Progress implements AutoCloseable {

  private static final int BAR_COLUMNS = 79;
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final ProgressBar bar;

  /**
   * @param task in a word
   * @param unit what is counted
   * @param all how many there will be; negative where unknown
   */
  Progress(PrintWriter err, String task, String unit, long all) {
    this.err = err;
    this.bar =
        Terminal.isStderr()
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(all)
                .setUnit(" " + unit, 1)
                .showSpeed()
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                .setUpdateIntervalMillis(250)
                .setConsumer(
                    new DelegatingProgressBarConsumer(line -> write("\r" + line), BAR_COLUMNS))
                .build()
            : null;
  }

  /** Whether a bar shows how it goes on, so that lines need not. */
  boolean isLive() {
    return bar != null;
  }

  void at(long done, long all) {
    if (bar != null) {
      bar.maxHint(all);
      bar.stepTo(done);
    }
  }

  void remark(String text) {
    if (bar != null) {
      bar.setExtraMessage(text);
    }
  }

  /** A line, above the bar where there is one. */
  void line(String text) {
    write((bar == null ? "" : ERASE_LINE) + TerminalText.plain(text) + System.lineSeparator());
  }

  /** Ends the display; the bar leaves its line. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      write(ERASE_LINE);
    }
  }

  private void write(String text) {
    synchronized (err) {
      err.print(text);
      err.flush();
    }
  }
}
