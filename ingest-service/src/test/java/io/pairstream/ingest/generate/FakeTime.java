package io.pairstream.ingest.generate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only where somebody waits. Thread-safe. */
final class FakeTime extends Pace {

  private final List<Duration> pauses = new ArrayList<>();
  private long nanos;

  FakeTime(int perMinute) {
    super(perMinute);
  }

  @Override
  synchronized long nanoTime() {
    return nanos;
  }

  @Override
  synchronized boolean sleep(Duration time) {
    nanos += time.toNanos();
    pauses.add(time);
    return true;
  }

  /** Waits so far, in order. */
  synchronized List<Duration> pauses() {
    return List.copyOf(pauses);
  }
}
