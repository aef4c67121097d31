package io.pairstream.cleaning;

import java.util.Objects;

/**
 * Why a record is rejected, in words that its author understands.
 *
 * @param reason one of the closed list
 * @param detail what is wrong and what would be right, in a sentence
 * @param measured the measured value with its unit; empty where nothing is measured
 * @param limit the limit it breaks with its unit; empty where there is none
 * @param broken value and limit as numbers, where a named measure is beyond its limit
 * @param copyOf image digest of the picture that it nearly copies; empty where it copies none
 */
public record Rejection(
    RejectReason reason,
    String detail,
    String measured,
    String limit,
    BrokenLimit broken,
    String copyOf) {

  /**
   * A measure that is beyond its limit.
   *
   * @param measure its name among the measures of a prepared pair; empty in {@link #NONE}
   * @param value what was measured
   * @param limit smallest or largest value that the recipe allows
   */
  public record BrokenLimit(String measure, double value, double limit) {

    /** No measure is beyond a limit. */
    public static final BrokenLimit NONE = new BrokenLimit("", 0, 0);
  }

  public Rejection {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(measured, "measured");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(broken, "broken");
    Objects.requireNonNull(copyOf, "copyOf");
  }

  /** A rejection without another picture that is copied, and without a measure. */
  public Rejection(RejectReason reason, String detail, String measured, String limit) {
    this(reason, detail, measured, limit, BrokenLimit.NONE, "");
  }
}
