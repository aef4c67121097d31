package io.pairstream.operations.canary;

import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.OptionalLong;

/**
 * What is known of the canary.
 *
 * @param enabled whether any is sent
 * @param state what the last one tells
 * @param lastMs how long the last one took that came out
 * @param budgetMs within which it must come out
 * @param sentence all that for a person, on one line
 * @param sent how many were sent since the start
 * @param returned how many of those came out
 */
public record CanaryReport(
    boolean enabled,
    CanaryState state,
    OptionalLong lastMs,
    long budgetMs,
    Sentence sentence,
    long sent,
    long returned) {

  /** None is sent. */
  public static CanaryReport off() {
    return new CanaryReport(
        false,
        CanaryState.UNKNOWN,
        OptionalLong.empty(),
        CanarySettings.DEFAULT_BUDGET.toMillis(),
        Template.NO_CANARY.with(),
        0,
        0);
  }
}
