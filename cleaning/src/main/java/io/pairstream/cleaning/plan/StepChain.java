package io.pairstream.cleaning.plan;

import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.plan.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.Noted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * The steps of one stage in their order, as a plan lists them, a line each. A step that is switched
 * off is only noted.
 *
 * @param draft the plan that is being made
 * @param steps those of this stage that are switched on
 */
record StepChain<I, O>(String stage, Draft draft, Steps<I, O> steps) {

  /** The steps of a stage, each of which sees only what those before it kept. */
  @FunctionalInterface
  interface Steps<I, O> {

    /** Runs them; {@code waived} reasons do not count. */
    Outcome<O> apply(I input, Set<RejectReason> waived);
  }

  /**
   * A plan that is being made.
   *
   * @param noted every step so far, of all stages
   * @param keys the recipe's keys that were read so far
   */
  record Draft(
      RecipeReader recipe, StepObserver observer, List<PlannedStep> noted, List<KeyUse> keys) {

    Draft(RecipeReader recipe, StepObserver observer) {
      this(recipe, observer, new ArrayList<>(), new ArrayList<>());
    }

    /** A stage without any step yet, which keeps everything. */
    <T> StepChain<T, T> begin(String stage) {
      return new StepChain<>(stage, this, (input, waived) -> Outcome.kept(input));
    }

    /** Reads something that is no step, and of whose keys each has this effect. */
    <T> T read(String stage, KeyEffect effect, Function<RecipeReader, T> part) {
      Noted<T> read = recipe.noting(part);
      read.keys().forEach(key -> keys.add(new KeyUse(key, stage, effect, Outcome::kept)));
      return read.value();
    }
  }

  /** A step that every recipe has. */
  <P> StepChain<I, P> then(String name, Function<RecipeReader, Step<? super O, P>> step) {
    return then(name, draft.recipe().noting(step));
  }

  /** A step that every recipe has, and that was made before. */
  <P> StepChain<I, P> then(String name, Noted<? extends Step<? super O, P>> step) {
    note(name, step);
    return append(name, step.value());
  }

  /** A step that the recipe may switch off. */
  StepChain<I, O> thenIfOn(String name, Function<RecipeReader, Step<O, O>> step) {
    return thenIfOn(name, draft.recipe().noting(step));
  }

  /** A step that the recipe may switch off, and that was made before. */
  StepChain<I, O> thenIfOn(String name, Noted<? extends Step<O, O>> step) {
    note(name, step);
    return step.value().isOn() ? append(name, step.value()) : this;
  }

  /** Steps that the recipe brings along, in the order of their names. */
  StepChain<I, O> thenAll(SortedMap<String, Noted<Step<O, O>>> steps) {
    StepChain<I, O> chain = this;
    for (Map.Entry<String, Noted<Step<O, O>>> step : steps.entrySet()) {
      chain = chain.then(step.getKey(), step.getValue());
    }
    return chain;
  }

  private void note(String name, Noted<? extends Step<?, ?>> noted) {
    Step<?, ?> step = noted.value();
    draft.noted().add(new PlannedStep(stage, name, step.isOn() ? step.inWords() : ""));
    noted.keys().forEach(key -> draft.keys().add(new KeyUse(key, stage, step.effectOf(key), step)));
  }

  private <P> StepChain<I, P> append(String name, Step<? super O, P> step) {
    return new StepChain<>(
        stage,
        draft,
        (input, waived) ->
            steps.apply(input, waived).then(middle -> observed(name, step, middle, waived)));
  }

  private <M, P> Outcome<P> observed(
      String name, Step<M, P> step, M input, Set<RejectReason> waived) {
    long start = System.nanoTime();
    Outcome<P> outcome = step.applyWaiving(input, waived);
    draft.observer().observe(name, System.nanoTime() - start, outcome);
    return outcome;
  }
}
