package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.AnswerLimit;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.service.rejection.RefusedAnswers;
import java.util.List;
import java.util.Optional;

/**
 * Refusals of pairs for what models answered about them. A pair that comes again is refused for the
 * answer that its receipt has, without being published for another look, for as long as a limit of
 * the recipe says so.
 *
 * @param limits those of the recipe by which pairs are rejected
 */
record Refusals(RefusedAnswers limits) {

  Refusals(List<AnswerLimit> limits) {
    this(new RefusedAnswers(RefusedAnswers.recorded(limits)));
  }

  /** The rejection of a pair, with the answer and the limit in words. */
  static Rejection rejection(Measured measured) {
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

  /**
   * Why a pair is refused that comes again; empty for one that no answer which is remembered
   * refuses.
   *
   * @param earlier receipt of the pair, or of one that is the same sample; null where there is none
   */
  Optional<Rejection> again(Receipt earlier) {
    return Optional.ofNullable(earlier)
        .filter(receipt -> receipt.getReason().equals(RejectReason.MODEL_REFUSED.name()))
        .flatMap(receipt -> limits.stillRefused(Measurements.read(receipt.getMeasured())))
        .map(Refusals::rejection);
  }
}
