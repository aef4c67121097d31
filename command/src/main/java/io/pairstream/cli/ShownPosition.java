package io.pairstream.cli;

import io.pairstream.feed.PairFeed;
import io.pairstream.feed.Position;
import io.pairstream.schemas.Threads;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.KafkaException;

/**
 * Shows where a feed is, for the lag display alone: soon after it has moved on, also while it waits
 * for more, and never a reason to stop or to wait.
 */
final class ShownPosition implements AutoCloseable {

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(30);

  private final PairFeed feed;
  private final PrintWriter err;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("shown-position"));
  private Position shown;
  private long notBeforeNanos = System.nanoTime();

  /**
   * Shows where a feed is from {@link #begin} on.
   *
   * @param feed open until this is closed
   * @param err where to say that it cannot be shown
   */
  ShownPosition(PairFeed feed, PrintWriter err) {
    this.feed = feed;
    this.err = err;
    this.shown = feed.position();
  }

  void begin() {
    Threads.repeat(clock, Duration.ofSeconds(1), this::show);
  }

  private synchronized void show() {
    Position now = feed.position();
    if (now.equals(shown) || System.nanoTime() - notBeforeNanos < 0) {
      return;
    }
    try {
      feed.commit();
      shown = now;
    } catch (KafkaException e) {
      notBeforeNanos = System.nanoTime() + AGAIN_AFTER.toNanos();
      err.println(TerminalText.plain("pairstream: the lag display is behind: " + e.getMessage()));
      err.flush();
    }
  }

  /** Shows where it has ended. */
  @Override
  public void close() {
    clock.shutdown();
    show();
  }
}
