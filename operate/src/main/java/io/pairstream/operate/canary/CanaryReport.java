package io.pairstream.operate.canary;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.util.OptionalLong;

/**
 * Report of this process's canaries.
 *
 * @param enabled whether any are sent
 * @param state state by the last canary
 * @param lastMs how long the last one took that came out
 * @param sentence the report for a person, on one line
 */
public record CanaryReport(boolean enabled, State state, OptionalLong lastMs, Sentence sentence) {

  /** None is sent. */
  public static final CanaryReport OFF =
      new CanaryReport(false, State.UNKNOWN, OptionalLong.empty(), Template.NO_CANARY.with());

  /** State of the pipeline by a canary. */
  public enum State {
    /** The last one came out within its budget. */
    OK,
    /** The last one came out late, or is late. */
    LATE,
    /** The last one never came out. */
    LOST,
    /** None has come out yet, or none could be sent. */
    UNKNOWN
  }
}
