package io.pairstream.service.rejection;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.recipe.AnswerLimit;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.schemas.condition.AnswerLimits.Broken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Grounds on which pairs are refused for what models answered about them. */
public final class RefusedAnswers {

  private static final String PREFIX = "answer.";

  private final AnswerLimits limits;

  /**
   * @param limits of a recipe, of which those count that reject
   */
  public RefusedAnswers(List<RecordedLimit> limits) {
    this.limits = new AnswerLimits(limits.stream().filter(AnswerLimits::isRejecting).toList());
  }

  /** Limits of a recipe as they are recorded. */
  public static List<RecordedLimit> recorded(List<AnswerLimit> limits) {
    return limits.stream()
        .map(
            limit ->
                new RecordedLimit(
                    limit.name(),
                    limit.min(),
                    limit.max(),
                    limit.labels(),
                    limit.whenOutside().name()))
        .toList();
  }

  /** Whether no answer is ever refused. */
  public boolean isEmpty() {
    return limits.isEmpty();
  }

  /** Grounds of refusing a pair for a model's answers, by name; empty where all are within. */
  public Optional<Measured> refused(Map<String, Double> numbers, Map<String, String> labels) {
    return Stream.of(numbers, labels)
        .flatMap(answers -> answers.entrySet().stream())
        .flatMap(answer -> refused(answer.getKey(), answer.getValue()).stream())
        .findFirst();
  }

  /**
   * Grounds of refusing a pair that was refused before, maybe for another limit.
   *
   * @param before grounds of the earlier refusal
   */
  public Optional<Measured> stillRefused(Measured before) {
    if (before.measure().startsWith(PREFIX)) {
      return refused(before.measure().substring(PREFIX.length()), before.value());
    }
    int equals = before.found().indexOf('=');
    return before.found().startsWith(PREFIX) && equals > 0
        ? refused(
            before.found().substring(PREFIX.length(), equals), before.found().substring(equals + 1))
        : Optional.empty();
  }

  private Optional<Measured> refused(String name, Object answer) {
    return limits.broken(name, answer).map(broken -> measured(PREFIX + name, answer, broken));
  }

  private static Measured measured(String measure, Object answer, Broken broken) {
    if (!(answer instanceof Double number)) {
      return Measured.text(measure + "=" + answer, broken.condition().toString());
    }
    return switch (broken.condition().sign()) {
      case AT_LEAST -> Measured.atLeast(measure, number, broken.limit().getMin(), "");
      case AT_MOST -> Measured.atMost(measure, number, broken.limit().getMax(), "");
      default ->
          new Measured(
              measure, number, Measured.Bound.NONE, 0, "", "", broken.condition().toString());
    };
  }
}
