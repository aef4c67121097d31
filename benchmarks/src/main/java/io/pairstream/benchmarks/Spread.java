package io.pairstream.benchmarks;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * What one figure came to in all rounds, to three digits behind the point.
 *
 * @param median of an even number of rounds, the mean of the middle two
 * @param min the smallest
 * @param max the largest
 */
public record Spread(double median, double min, double max) {

  public Spread {
    median = Math.round(median * 1e3) / 1e3;
    min = Math.round(min * 1e3) / 1e3;
    max = Math.round(max * 1e3) / 1e3;
  }

  /** The spread of some figures, at least one. */
  public static Spread of(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int last = sorted.size() - 1;
    double median = (sorted.get(last / 2) + sorted.get(sorted.size() / 2)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(last));
  }

  /**
   * The spread of what a function makes of two contenders' figures of the same round. What slows
   * the machine down for a while slows both, so this is narrower than the function of two spreads.
   *
   * @param ours one figure per round
   * @param theirs as many, in the same order
   */
  public static Spread paired(
      List<Double> ours, List<Double> theirs, DoubleBinaryOperator function) {
    return of(
        IntStream.range(0, ours.size())
            .mapToObj(round -> function.applyAsDouble(ours.get(round), theirs.get(round)))
            .toList());
  }
}
