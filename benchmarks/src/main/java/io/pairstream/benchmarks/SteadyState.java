package io.pairstream.benchmarks;

import java.time.Duration;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * What a long piece of work does between two marks of its progress: the beginning, in which
 * compilers and caches warm up, and the end, in which some threads have nothing left, do not count.
 *
 * @param pairs done between the marks; positive
 * @param time between the marks; positive
 * @param processes processor time per pair in milliseconds, by process
 */
record SteadyState(long pairs, Duration time, SortedMap<String, Double> processes) {

  /** Shares of all pairs between which is measured. */
  static final double FROM = 0.2;

  static final double UNTIL = 0.95;

  double pairsPerSecond() {
    return pairs / (time.toNanos() / 1e9);
  }

  /** Waits for the marks of work on {@code total} pairs; sees progress through {@link #observe}. */
  static final class Watch {
    private final long total;
    private final Supplier<ProcessorTime> processes;
    private Sample first;
    private Sample last;

    Watch(long total, Supplier<ProcessorTime> processes) {
      this.total = total;
      this.processes = processes;
    }

    /** Notes that {@code done} pairs are done by now. */
    void observe(long done) {
      if (first == null && done >= total * FROM) {
        first = sample(done);
      } else if (first != null && last == null && done >= total * UNTIL) {
        last = sample(done);
      }
    }

    SteadyState result() {
      if (last == null || last.done == first.done) {
        throw new IllegalStateException(
            "the work was over before it was seen to pass both marks; take more pairs");
      }
      long pairs = last.done - first.done;
      return new SteadyState(
          pairs,
          Duration.ofNanos(last.nanos - first.nanos),
          last.processes.perPair(first.processes, pairs));
    }

    private Sample sample(long done) {
      return new Sample(done, System.nanoTime(), processes.get());
    }
  }

  private record Sample(long done, long nanos, ProcessorTime processes) {}
}
