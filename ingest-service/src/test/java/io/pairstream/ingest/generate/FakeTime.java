package io.pairstream.ingest.generate;

import io.pairstream.service.openai.RequestPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only while a thread waits. Thread-safe. */
final class FakeTime extends RequestPace {

  private final List<Duration> pauses = new ArrayList<>();
  private long nanos;

  FakeTime(int perMinute) {
    super(perMinute);
  }

  @Override
  protected synchronized long nanoTime() {
    return nanos;
  }

  @Override
  protected synchronized boolean sleep(Duration time) {
    nanos += time.toNanos();
    pauses.add(time);
    return true;
  }

  /** Waits so far, in order. */
  synchronized List<Duration> pauses() {
    return List.copyOf(pauses);
  }
}
