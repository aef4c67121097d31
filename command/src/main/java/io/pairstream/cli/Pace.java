package io.pairstream.cli;

import java.time.Duration;

/** Says when the next line about a long work is due. Not thread-safe. */
final class Pace {

  private final Duration between;
  private long lastNanos = System.nanoTime();

  Pace(Duration between) {
    this.between = between;
  }

  /** Whether so much time has passed since this was true, or since the start. */
  boolean isDue() {
    long now = System.nanoTime();
    if (now - lastNanos < between.toNanos()) {
      return false;
    }
    lastNanos = now;
    return true;
  }
}
