package io.pairstream.operations.review;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;

/** The system's clock; something else happens when it is asked, once. */
final class InterruptingClock {

  private InterruptingClock() {}

  /**
   * @param at when it is asked so often
   */
  static Clock at(int at, Runnable interruption) {
    AtomicInteger asked = new AtomicInteger();
    InstantSource source =
        () -> {
          if (asked.incrementAndGet() == at) {
            interruption.run();
          }
          return Instant.now();
        };
    return source.withZone(ZoneOffset.UTC);
  }
}
