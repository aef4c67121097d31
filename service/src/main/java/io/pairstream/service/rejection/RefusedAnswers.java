package io.pairstream.service.rejection;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.AnswerLimit;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.schemas.condition.AnswerLimits.Broken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Grounds on which pairs are refused for what models answered about them. A pair that comes again
 * is refused for the answer that its receipt has, without being published for another look, for as
 * long as a limit of the recipe says so.
 */
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

  /**
   * Why a pair is refused that comes again; empty for one that no answer which is remembered
   * refuses.
   *
   * @param earlier receipt of the pair, or of one that is the same sample; null where there is none
   */
  public Optional<Rejection> again(Receipt earlier) {
    return Optional.ofNullable(earlier)
        .filter(receipt -> receipt.getReason().equals(RejectReason.MODEL_REFUSED.name()))
        .flatMap(receipt -> stillRefused(Measurements.read(receipt.getMeasured())))
        .map(RefusedAnswers::rejection);
  }

  /** The rejection of a pair, with the answer and the limit in words. */
  public static Rejection rejection(Measured measured) {
    String wanted =
        switch (measured.bound()) {
          case AT_LEAST -> "at least " + measured.limitInWords();
          case AT_MOST -> "at most " + measured.limitInWords();
          default -> measured.limitInWords();
        };
    String answer = measured.measure().isEmpty() ? "" : measured.measure() + " is ";
    return new Rejection(
        RejectReason.MODEL_REFUSED,
        "a model answered that %s%s; the recipe wants %s"
            .formatted(answer, measured.inWords(), wanted),
        measured);
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
              measure, number, Bound.NONE, 0, "", "", broken.condition().toString(), Map.of());
    };
  }
}
