package io.pairstream.benchmarks;

import java.util.List;

/**
 * What one figure came to in all rounds, to three digits behind the point.
 *
 * @param median of an even number of rounds, the mean of the middle two
 * @param min the smallest
 * @param max the largest
 */
record Spread(double median, double min, double max) {

  Spread {
    median = Math.round(median * 1e3) / 1e3;
    min = Math.round(min * 1e3) / 1e3;
    max = Math.round(max * 1e3) / 1e3;
  }

  /** The spread of some figures, at least one. */
  static Spread of(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int last = sorted.size() - 1;
    double median = (sorted.get(last / 2) + sorted.get(sorted.size() / 2)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(last));
  }
}
