package io.pairstream.operate.lag.judge;

import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.LagVerdict;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The judgement on a group's progress on a partition after a look.
 *
 * @param verdict the verdict
 * @param since when what it says began: for STOP and STALL when the group last moved on, or when
 *     something to read came
 * @param kind which of the reasons for a verdict it is
 * @param standsAt offset at which the group stands; empty where it moves, or waits for nothing
 * @param arrived records that arrived since it stands
 * @param rewind where the group was before it went back, and where it went
 * @param lost records that left the log unread since the judge began, at most
 * @param arrivalPerSecond records that arrive; empty until two looks are there
 * @param processingPerSecond records that are read
 * @param drainPerSecond by how much the lag shrinks
 * @param catchUp when what waits is read
 */
public record Judgement(
    LagVerdict verdict,
    Instant since,
    Kind kind,
    OptionalLong standsAt,
    long arrived,
    Rewind rewind,
    long lost,
    OptionalDouble arrivalPerSecond,
    OptionalDouble processingPerSecond,
    double drainPerSecond,
    CatchUp catchUp) {

  /** From where a group went back, and how far; {@code to} is less than {@code from}. */
  public record Rewind(long from, long to) {

    /** The way from the furthest place to the nearest one, of two. */
    public Rewind and(Rewind other) {
      return new Rewind(Math.max(from, other.from), Math.min(to, other.to));
    }
  }

  /** Reasons for a verdict that differ in words. */
  public enum Kind {
    USUAL,
    NEVER_COMMITTED,
    BEYOND_THE_END,
    MADE_ANEW,
    TOO_EARLY,
    AWAY,
    SHOWN_ONLY,
    WAITS_BY_DESIGN,
    HELD_BACK
  }
}
