package io.pairstream.preprocess.run;

import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.Outcome;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each step ran, for how long in all, and how many records it rejected. Thread-safe. */
public final class StepTimes implements StepObserver {

  private final ConcurrentMap<String, Totals> totals = new ConcurrentHashMap<>();

  @Override
  public void observe(String step, long nanos, Outcome<?> outcome) {
    Totals of = totals.computeIfAbsent(step, name -> new Totals());
    of.runs.increment();
    of.nanos.add(nanos);
    if (outcome instanceof Outcome.Rejected<?>) {
      of.rejections.increment();
    }
  }

  /** The totals so far, by step. */
  public SortedMap<String, StepTime> soFar() {
    SortedMap<String, StepTime> soFar = new TreeMap<>();
    totals.forEach(
        (step, of) ->
            soFar.put(
                step, new StepTime(of.runs.sum(), of.nanos.sum() / 1e6, of.rejections.sum())));
    return soFar;
  }

  /**
   * One step's totals.
   *
   * @param runs records that met the step
   * @param milliseconds time in the step, all records and threads together
   * @param rejections records that it rejected
   */
  public record StepTime(long runs, double milliseconds, long rejections) {}

  private static final class Totals {
    private final LongAdder runs = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder rejections = new LongAdder();
  }
}
