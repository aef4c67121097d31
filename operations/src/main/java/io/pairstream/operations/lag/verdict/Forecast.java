package io.pairstream.operations.lag.verdict;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.sentence.Template;
import java.util.OptionalDouble;

/** When what waits is read: the lag over the rate at which it shrinks, with that rate's error. */
public final class Forecast {

  /** Four out of five times the rate is no further from its estimate than so many errors. */
  private static final double FOUR_OF_FIVE = 1.28;

  /** A rate that would take longer than this shrinks nothing that anybody waits for. */
  private static final double AS_GOOD_AS_NEVER = 90 * 86_400.0;

  private Forecast() {}

  /**
   * The forecast.
   *
   * @param lag records that wait
   * @param processingPerSecond records that are read in a second
   * @param drainPerSecond by how much the lag shrinks in a second
   * @param drainError standard error of that
   * @param inFlightSeconds how old a lag is that the group works on anyway
   */
  public static CatchUp of(
      long lag,
      double processingPerSecond,
      double drainPerSecond,
      double drainError,
      double inFlightSeconds) {
    if (lag <= 0) {
      return CatchUp.NOTHING_WAITS;
    }
    if (lag <= processingPerSecond * inFlightSeconds) {
      return CatchUp.KEEPS_UP;
    }
    double seconds = drainPerSecond <= 0 ? Double.POSITIVE_INFINITY : lag / drainPerSecond;
    if (seconds > AS_GOOD_AS_NEVER) {
      return CatchUp.NEVER;
    }
    double from = lag / (drainPerSecond + FOUR_OF_FIVE * drainError);
    double slowest = drainPerSecond - FOUR_OF_FIVE * drainError;
    if (slowest <= 0 || lag / slowest > AS_GOOD_AS_NEVER) {
      return new CatchUp(
          OptionalDouble.of(seconds),
          OptionalDouble.of(from),
          OptionalDouble.empty(),
          Template.OR_MORE.with(Durations.inWords(from)));
    }
    double to = lag / slowest;
    return new CatchUp(
        OptionalDouble.of(seconds),
        OptionalDouble.of(from),
        OptionalDouble.of(to),
        Durations.range(from, to));
  }
}
