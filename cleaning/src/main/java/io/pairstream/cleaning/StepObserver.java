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
}
