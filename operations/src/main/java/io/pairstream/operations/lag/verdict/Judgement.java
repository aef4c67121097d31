package io.pairstream.operations.lag.verdict;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.Verdict;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is to be thought of a partition after a look.
 *
 * @param verdict the verdict
 * @param since when what it says began: for STOP and STALL when the group last moved on, or when
 *     something to read came
 * @param why what a sentence can tell of it
 * @param lost records that left the log unread since the judge began, at most
 * @param arrivalPerSecond records that arrive; empty until two looks are there
 * @param processingPerSecond records that are read
 * @param drainPerSecond by how much the lag shrinks
 * @param drainError standard error of that
 * @param catchUp when what waits is read
 */
public record Judgement(
    Verdict verdict,
    Instant since,
    Why why,
    long lost,
    OptionalDouble arrivalPerSecond,
    OptionalDouble processingPerSecond,
    double drainPerSecond,
    double drainError,
    CatchUp catchUp) {

  /**
   * The same of a group whose places are only shown: nobody must read what lies beyond them, so
   * nothing is wrong.
   */
  public Judgement shownOnly(Sample sample) {
    Verdict calm =
        sample.committed().isEmpty()
            ? Verdict.UNKNOWN
            : sample.lag() == 0 ? Verdict.IDLE : Verdict.OK;
    return new Judgement(
        calm,
        sample.at(),
        new Why(
            Optional.empty(),
            0,
            0,
            0,
            0,
            sample.committed().isEmpty() ? Kind.NEVER_COMMITTED : Kind.SHOWN_ONLY),
        0,
        arrivalPerSecond,
        processingPerSecond,
        0,
        0,
        sample.lag() == 0 ? CatchUp.NOTHING_WAITS : CatchUp.UNKNOWN);
  }

  /**
   * What a sentence can tell.
   *
   * @param standsAt offset at which the group stands; empty where it moves, or waits for nothing
   * @param arrived records that arrived since it stands
   * @param lost how many were lost in what is still talked about
   * @param rewoundFrom where the group was before it went back
   * @param rewoundTo where it went back to
   * @param kind which of the reasons for a verdict it is
   */
  public record Why(
      Optional<Long> standsAt,
      long arrived,
      long lost,
      long rewoundFrom,
      long rewoundTo,
      Kind kind) {}

  /** Reasons that one verdict may have. */
  public enum Kind {
    USUAL,
    NEVER_COMMITTED,
    BEYOND_THE_END,
    NOT_SEEN_MOVING,
    TOO_EARLY,
    AWAY,
    SHOWN_ONLY,
    WAITS_BY_DESIGN,
    HELD_BACK
  }
}
