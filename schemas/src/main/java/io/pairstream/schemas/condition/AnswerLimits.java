package io.pairstream.schemas.condition;

import io.pairstream.schemas.RecordedLimit;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Limits that a recipe sets on models' answers. An answer is within a limit where it meets each of
 * the conditions that the limit stands for; views, refusals and the pages judge by this alone.
 */
public final class AnswerLimits {

  private final List<Limit> limits;

  private record Limit(RecordedLimit recorded, List<Condition> wanted) {}

  /**
   * A limit that an answer is outside of.
   *
   * @param limit as recorded
   * @param condition first one of its conditions that the answer does not meet
   */
  public record Broken(RecordedLimit limit, Condition condition) {}

  public AnswerLimits(List<RecordedLimit> limits) {
    this.limits = limits.stream().map(limit -> new Limit(limit, wanted(limit))).toList();
  }

  public boolean isEmpty() {
    return limits.isEmpty();
  }

  /** Conditions that a limit stands for, as {@code view cut --where} writes them. */
  public static List<Condition> wanted(RecordedLimit limit) {
    String name = "answer." + limit.getAnswer();
    return Stream.of(
            limit.getMin() == null ? "" : name + ">=" + plain(limit.getMin()),
            limit.getMax() == null ? "" : name + "<=" + plain(limit.getMax()),
            limit.getLabels().isEmpty() ? "" : name + "=" + String.join(",", limit.getLabels()))
        .filter(condition -> !condition.isEmpty())
        .map(Condition::parse)
        .toList();
  }

  /** Whether pairs that are outside of a limit leave their split. */
  public static boolean isRejecting(RecordedLimit limit) {
    return limit.getWhenOutside().equals("REJECT");
  }

  /** Whether views leave pairs out that are outside of a limit. */
  public static boolean isHolding(RecordedLimit limit) {
    return isRejecting(limit) || limit.getWhenOutside().equals("HOLD");
  }

  /**
   * The first limit that an answer is outside of.
   *
   * @param name the answer's
   * @param answer a number, or a text; null and NaN are no answer, which is outside of no limit
   */
  public Optional<Broken> broken(String name, Object answer) {
    if (answer == null || answer.equals(Double.NaN)) {
      return Optional.empty();
    }
    return limits.stream()
        .filter(limit -> limit.recorded.getAnswer().equals(name))
        .flatMap(
            limit ->
                limit.wanted.stream()
                    .filter(condition -> !condition.holdsForAnswer(answer))
                    .map(condition -> new Broken(limit.recorded, condition)))
        .findFirst();
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
