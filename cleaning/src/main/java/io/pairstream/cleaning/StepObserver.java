package io.pairstream.cleaning;

/**
 * Sees each step's duration and outcome. Steps themselves emit no metrics and no logs.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface StepObserver {

  /** Sees nothing. */
  StepObserver NONE = (step, nanos, outcome) -> {};

  void observe(String step, long nanos, Outcome<?> outcome);

  /** {@code step}, observed under {@code name} whenever it runs. */
  default <I, O> Step<I, O> watch(String name, Step<I, O> step) {
    return new WatchedStep<>(name, step, this);
  }
}
