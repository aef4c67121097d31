package io.pairstream.cleaning;

import java.util.List;
import java.util.function.Function;

/**
 * The steps of one stage in their order, as a plan lists them, a line each. A step that is switched
 * off is only noted.
 */
final class StepChain<I, O> {

  private final String stage;
  private final StepObserver observer;
  private final List<PlannedStep> noted;
  private final Step<I, O> steps;

  private StepChain(
      String stage, StepObserver observer, List<PlannedStep> noted, Step<I, O> steps) {
    this.stage = stage;
    this.observer = observer;
    this.noted = noted;
    this.steps = steps;
  }

  /** A stage without any step yet, which keeps everything. */
  static <T> StepChain<T, T> begin(String stage, StepObserver observer, List<PlannedStep> noted) {
    return new StepChain<>(stage, observer, noted, Outcome::kept);
  }

  /** A step that every recipe has. */
  <P> StepChain<I, P> then(String name, Step<? super O, P> step) {
    noted.add(new PlannedStep(stage, name, step.inWords()));
    return new StepChain<>(stage, observer, noted, steps.then(observer.watch(name, step)));
  }

  /** A step that the recipe may switch off; it is made only where it is on. */
  <S extends Switchable> StepChain<I, O> then(
      String name, S settings, Function<? super S, ? extends Step<O, O>> step) {
    if (settings.isOn()) {
      return then(name, step.apply(settings));
    }
    noted.add(new PlannedStep(stage, name, ""));
    return this;
  }

  Step<I, O> end() {
    return steps;
  }
}
