package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.util.OptionalDouble;

/**
 * When a group has read what waits, if it goes on as it does.
 *
 * @param seconds likeliest time in seconds, 0 or more; empty where it is never, or not known
 * @param sentence {@code about 5 min}, {@code never at this rate}, {@code nothing waits}, {@code
 *     keeps up} or {@code not known yet}
 */
public record CatchUp(OptionalDouble seconds, Sentence sentence) {

  /** Nothing waits. */
  public static final CatchUp NOTHING_WAITS = now(Template.NOTHING_WAITS);

  /** Catch-up of a group on which only what just arrived waits. */
  public static final CatchUp KEEPS_UP = now(Template.KEEPS_UP);

  /** No less arrives than is read. */
  public static final CatchUp NEVER = without(Template.NEVER);

  /** Too little was seen. */
  public static final CatchUp UNKNOWN = without(Template.NOT_KNOWN_YET);

  /** A rate that would take longer than this shrinks nothing that anybody waits for. */
  private static final double AS_GOOD_AS_NEVER = 90 * 86_400.0;

  /**
   * The lag over the rate at which it shrinks.
   *
   * @param lag records that wait
   * @param processingPerSecond records that are read in a second
   * @param drainPerSecond by how much the lag shrinks in a second
   * @param inFlightSeconds how old a lag is that the group works on anyway
   */
  public static CatchUp of(
      long lag, double processingPerSecond, double drainPerSecond, double inFlightSeconds) {
    if (lag <= 0) {
      return NOTHING_WAITS;
    }
    if (lag <= processingPerSecond * inFlightSeconds) {
      return KEEPS_UP;
    }
    double seconds = lag / drainPerSecond;
    return drainPerSecond <= 0 || seconds > AS_GOOD_AS_NEVER
        ? NEVER
        : new CatchUp(OptionalDouble.of(seconds), Template.ABOUT.with(Durations.inWords(seconds)));
  }

  /** Whether it is never, at this rate. */
  @JsonIgnore
  public boolean isNever() {
    return sentence.text().equals(NEVER.sentence.text());
  }

  private static CatchUp now(Template words) {
    return new CatchUp(OptionalDouble.of(0), words.with());
  }

  private static CatchUp without(Template words) {
    return new CatchUp(OptionalDouble.empty(), words.with());
  }
}
