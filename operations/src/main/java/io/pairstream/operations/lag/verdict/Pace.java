package io.pairstream.operations.lag.verdict;

import java.util.OptionalDouble;

/**
 * A rate over the last few minutes: the mean of what was seen, weighted by {@code exp(-age /
 * memory)}, so that a look that is missed or late changes little.
 */
final class Pace {

  private double weight;
  private double squaredWeights;
  private double sum;
  private double deviations;
  private int looks;

  /**
   * Notes that {@code amount} came about within {@code seconds}, more than 0.
   *
   * @param memorySeconds age at which a look counts for 1/e
   */
  void add(long amount, double seconds, double memorySeconds) {
    double rate = amount / seconds;
    double kept = Math.exp(-seconds / memorySeconds);
    double fresh = 1 - kept;
    double before = weight == 0 ? rate : perSecond();
    weight = weight * kept + fresh;
    squaredWeights = squaredWeights * kept * kept + fresh * fresh;
    sum = sum * kept + fresh * rate;
    deviations = deviations * kept + fresh * (rate - before) * (rate - perSecond());
    looks++;
  }

  /** How often it was looked at. */
  int looks() {
    return looks;
  }

  /** The rate; empty where nothing was seen. */
  OptionalDouble known() {
    return looks == 0 ? OptionalDouble.empty() : OptionalDouble.of(perSecond());
  }

  /** The rate; 0 where nothing was seen. */
  double perSecond() {
    return weight == 0 ? 0 : sum / weight;
  }

  /** Four out of five times the rate is no more than this. */
  double atBest() {
    return perSecond() + 1.28 * error();
  }

  /** Standard error of the rate, as if looks were independent. */
  double error() {
    if (looks < 2) {
      return 0;
    }
    double variance = Math.max(0, deviations / weight);
    double independent = weight * weight / squaredWeights;
    return Math.sqrt(variance / independent);
  }
}
