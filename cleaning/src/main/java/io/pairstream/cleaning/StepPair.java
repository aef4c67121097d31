package io.pairstream.cleaning;

import java.util.Set;

/** Two steps, the second of which sees what the first kept. */
record StepPair<I, M, O>(Step<I, M> first, Step<? super M, O> second) implements Step<I, O> {

  @Override
  public Outcome<O> apply(I input) {
    return first.apply(input).then(second);
  }

  @Override
  public Outcome<O> applyWaiving(I input, Set<RejectReason> waived) {
    return first.applyWaiving(input, waived).then(middle -> second.applyWaiving(middle, waived));
  }
}
