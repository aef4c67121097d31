package io.pairstream.operate.profile;

import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairStatus;
import java.util.Optional;

/**
 * How a pair was judged, by its records. A pair that lies in a split is accepted, whatever else was
 * said of it: topics are read beside each other, so that its records come in any order.
 */
record Judged(
    Optional<Facts> accepted, Optional<Facts> rejected, boolean isWithdrawn, AnswerFacts answers) {

  static final Judged NOTHING =
      new Judged(Optional.empty(), Optional.empty(), false, AnswerFacts.NONE);

  Judged accept(Facts facts) {
    return new Judged(Optional.of(facts), rejected, isWithdrawn, answers);
  }

  /** Adds a rejection; the latest of several stands. */
  Judged reject(Facts facts) {
    return rejected.isPresent() && !facts.isSince(rejected.get())
        ? this
        : new Judged(accepted, Optional.of(facts), isWithdrawn, answers);
  }

  Judged withdraw(boolean withdrawn) {
    return new Judged(accepted, rejected, withdrawn, answers);
  }

  /**
   * Takes the pair out of a split.
   *
   * @param split null for the one in which it is
   */
  Judged remove(PairStatus split) {
    return new Judged(
        accepted.filter(facts -> split != null && facts.status() != split),
        rejected,
        isWithdrawn,
        answers);
  }

  /**
   * Takes in what a model's card says.
   *
   * @param said null where it says nothing any more
   */
  Judged answer(String card, PairAnswer said) {
    return new Judged(accepted, rejected, isWithdrawn, answers.with(card, said));
  }

  /** The facts that the pair counts for now; empty for none. */
  Optional<Facts> counted() {
    return accepted
        .map(facts -> facts.with(answers.values()))
        .or(() -> isWithdrawn ? Optional.of(Facts.WITHDRAWN) : rejected);
  }
}
