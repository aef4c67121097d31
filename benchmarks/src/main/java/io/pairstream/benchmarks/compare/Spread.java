package io.pairstream.benchmarks.compare;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * What one figure came to in all rounds.
 *
 * @param median of an even number of rounds, the mean of the middle two
 * @param min the smallest
 * @param max the largest
 */
public record Spread(double median, double min, double max) {

  /**
   * The spread of some figures.
   *
   * @param figures at least one
   */
  public static Spread of(List<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no figures");
    }
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
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
    if (ours.size() != theirs.size()) {
      throw new IllegalArgumentException(ours.size() + " rounds beside " + theirs.size());
    }
    return of(
        IntStream.range(0, ours.size())
            .mapToObj(round -> function.applyAsDouble(ours.get(round), theirs.get(round)))
            .toList());
  }
}
