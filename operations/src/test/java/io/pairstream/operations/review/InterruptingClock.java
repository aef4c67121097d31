package io.pairstream.operations.review;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The system's clock; something else happens when it is asked, once. */
final class InterruptingClock extends Clock {

  private final int at;
  private final Runnable interruption;
  private int asked;

  InterruptingClock(Runnable interruption) {
    this(1, interruption);
  }

  /**
   * @param at when it is asked so often
   */
  InterruptingClock(int at, Runnable interruption) {
    this.at = at;
    this.interruption = interruption;
  }

  @Override
  public Instant instant() {
    asked++;
    if (asked == at) {
      interruption.run();
    }
    return Instant.now();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
