package io.pairstream.operations.lag;

import io.pairstream.operations.lag.Standing.UsualGap;
import java.time.Duration;
import java.util.OptionalDouble;

/** How fast records come to a partition, and a group reads them. Not thread-safe. */
final class Rates {

  private final double memorySeconds;
  private final Pace arrivals = new Pace();
  private final Pace processing = new Pace();
  private final Pace drain = new Pace();
  private int quietLooks;

  /**
   * @param memorySeconds age at which a look counts for 1/e, for a group that commits often
   */
  Rates(double memorySeconds) {
    this.memorySeconds = memorySeconds;
  }

  /**
   * Notes a look.
   *
   * @param last the look before; null for none
   */
  void note(Sample last, Sample sample, UsualGap gap) {
    if (last == null) {
      return;
    }
    double seconds = Durations.seconds(Duration.between(last.at(), sample.at()));
    long arrived = Math.max(0, sample.end() - last.end());
    // Who commits rarely has a pace only over several commits.
    double memory = Math.max(memorySeconds, 2 * gap.seconds());
    arrivals.add(arrived, seconds, memory);
    quietLooks = arrived == 0 ? quietLooks + 1 : 0;
    if (sample.committed().isPresent() && last.committed().isPresent()) {
      // Who goes back reads nothing; and what is lost was not read.
      long done = Math.max(0, sample.finished() - Math.max(last.finished(), last.logStart()));
      processing.add(done, seconds, memory);
      drain.add(done - arrived, seconds, memory);
    }
  }

  void forget() {
    quietLooks = 0;
  }

  /** In how many looks up to the last one nothing arrived. */
  int quietLooks() {
    return quietLooks;
  }

  Pace arrivals() {
    return arrivals;
  }

  Pace processing() {
    return processing;
  }

  /** By how much the lag shrinks. */
  Pace drain() {
    return drain;
  }

  /**
   * A rate over the last few minutes: the mean of what was seen, weighted by {@code exp(-age /
   * memory)}, so that a look that is missed or late changes little.
   */
  static final class Pace {

    private double weight;
    private double sum;
    private int looks;

    /** Notes that {@code amount} came about within {@code seconds}, more than 0. */
    private void add(long amount, double seconds, double memorySeconds) {
      double kept = Math.exp(-seconds / memorySeconds);
      weight = weight * kept + 1 - kept;
      sum = sum * kept + (1 - kept) * amount / seconds;
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
  }
}
