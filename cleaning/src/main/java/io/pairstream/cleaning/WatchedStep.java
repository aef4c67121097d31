package io.pairstream.cleaning;

import java.util.Set;
import java.util.function.Supplier;

/** A step whose runs an observer sees. */
record WatchedStep<I, O>(String name, Step<I, O> step, StepObserver observer)
    implements Step<I, O> {

  @Override
  public Outcome<O> apply(I input) {
    return observed(() -> step.apply(input));
  }

  @Override
  public Outcome<O> applyWaiving(I input, Set<RejectReason> waived) {
    return observed(() -> step.applyWaiving(input, waived));
  }

  @Override
  public String inWords() {
    return step.inWords();
  }

  private Outcome<O> observed(Supplier<Outcome<O>> run) {
    long start = System.nanoTime();
    Outcome<O> outcome = run.get();
    observer.observe(name, System.nanoTime() - start, outcome);
    return outcome;
  }
}
