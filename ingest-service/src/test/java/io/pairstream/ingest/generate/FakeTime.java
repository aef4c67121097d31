package io.pairstream.ingest.generate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only where somebody waits. Thread-safe. */
final class FakeTime implements Waiting {

  private final List<Duration> pauses = new ArrayList<>();
  private long nanos;
  private boolean ended;

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized boolean pause(Duration pause) {
    if (!pause.isNegative()) {
      nanos += pause.toNanos();
      pauses.add(pause);
    }
    return !ended;
  }

  @Override
  public synchronized void end() {
    ended = true;
  }

  /** What was waited for, in order. */
  synchronized List<Duration> pauses() {
    return List.copyOf(pauses);
  }
}
