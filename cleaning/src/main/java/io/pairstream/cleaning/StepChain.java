package io.pairstream.cleaning;

import io.pairstream.cleaning.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import java.util.List;
import java.util.Set;

/**
 * The steps of one stage in their order, as a plan lists them, a line each. A step that is switched
 * off is only noted.
 *
 * @param noted every step so far, of the stages before too
 * @param steps those of this stage that are switched on
 */
record StepChain<I, O>(
    String stage, StepObserver observer, List<PlannedStep> noted, Steps<I, O> steps) {

  /** The steps of a stage, each of which sees only what those before it kept. */
  @FunctionalInterface
  interface Steps<I, O> {

    /** Runs them; {@code waived} reasons do not count. */
    Outcome<O> apply(I input, Set<RejectReason> waived);
  }

  /** A stage without any step yet, which keeps everything. */
  static <T> StepChain<T, T> begin(String stage, StepObserver observer, List<PlannedStep> noted) {
    return new StepChain<>(stage, observer, noted, (input, waived) -> Outcome.kept(input));
  }

  /** A step that every recipe has. */
  <P> StepChain<I, P> then(String name, Step<? super O, P> step) {
    noted.add(new PlannedStep(stage, name, step.inWords()));
    return new StepChain<>(
        stage,
        observer,
        noted,
        (input, waived) ->
            steps.apply(input, waived).then(middle -> observed(name, step, middle, waived)));
  }

  /** A step that the recipe may switch off. */
  StepChain<I, O> thenIfOn(String name, Step<O, O> step) {
    if (step.isOn()) {
      return then(name, step);
    }
    noted.add(new PlannedStep(stage, name, ""));
    return this;
  }

  private <M, P> Outcome<P> observed(
      String name, Step<M, P> step, M input, Set<RejectReason> waived) {
    long start = System.nanoTime();
    Outcome<P> outcome = step.applyWaiving(input, waived);
    observer.observe(name, System.nanoTime() - start, outcome);
    return outcome;
  }
}
