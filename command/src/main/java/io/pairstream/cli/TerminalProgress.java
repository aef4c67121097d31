package io.pairstream.cli;

import io.pairstream.platform.PlatformListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Tells a terminal, a line each with the time of day, what becomes of the platform's processes.
 * Thread-safe.
 */
final class TerminalProgress implements PlatformListener {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintWriter terminal;

  TerminalProgress(PrintWriter terminal) {
    this.terminal = terminal;
  }

  @Override
  public void ready(String name, Duration after) {
    say(name + " ready after " + seconds(after));
  }

  @Override
  public void died(String name, int exitStatus, Duration restartIn) {
    say(name + " ended with status " + exitStatus + ", starts again in " + seconds(restartIn));
  }

  @Override
  public void gaveUp(String name, String reason) {
    say(reason);
  }

  @Override
  public void stopped(String name) {
    say(name + " stopped");
  }

  private void say(String line) {
    synchronized (terminal) {
      terminal.println(LocalTime.now(ZoneId.systemDefault()).format(TIME) + " " + line);
      terminal.flush();
    }
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1_000.0);
  }
}
