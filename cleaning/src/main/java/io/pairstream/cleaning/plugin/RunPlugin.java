package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.plugin.PluginStep;
import io.pairstream.plugin.Verdict;
import io.pairstream.plugin.Verdict.Refused;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Runs a step of a plugin. Whatever the step throws is the fault of the plugin, and costs the one
 * record.
 *
 * <p>Rejects: {@code REFUSED_BY_PLUGIN}, {@code PLUGIN_CRASHED}.
 *
 * @param <S> the stage of a pair
 * @param <T> the part of the stage that the plugin judges
 * @param taken the stage with what the plugin made of it
 */
record RunPlugin<S, T>(
    String name,
    PluginStep<T> step,
    String inWords,
    Function<S, T> shown,
    BiFunction<S, T, S> taken)
    implements Step<S, S> {

  RunPlugin {
    if (inWords.isEmpty()) {
      throw new IllegalArgumentException("inWords says nothing");
    }
  }

  /** Sets up a step. */
  RunPlugin(String name, PluginStep<T> step, Function<S, T> shown, BiFunction<S, T, S> taken) {
    this(name, step, Fault.oneLine(step.inWords()), shown, taken);
  }

  @Override
  public Outcome<S> apply(S input) {
    try {
      Verdict<T> verdict = Objects.requireNonNull(step.apply(shown.apply(input)), "no verdict");
      if (verdict instanceof Refused<T> refused) {
        return Fault.refused(name, refused.english(), refused.chinese());
      }
      return Outcome.kept(taken.apply(input, ((Verdict.Kept<T>) verdict).value()));
    } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
      return Fault.crashed(name, Fault.inWords(e));
    }
  }
}
