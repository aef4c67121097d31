package io.pairstream.operations.lag;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.OptionalDouble;

/**
 * When a group has read what waits, if it goes on as it does.
 *
 * @param seconds likeliest time in seconds, 0 or more; empty where it is never, or not known
 * @param from shortest time that fits what was seen, in seconds
 * @param to longest time that fits; empty where never fits too
 * @param sentence {@code 4 to 6 min}, {@code never at this rate}, {@code nothing waits}, {@code
 *     keeps up} or {@code not known yet}
 */
public record CatchUp(
    OptionalDouble seconds, OptionalDouble from, OptionalDouble to, Sentence sentence) {

  /** Nothing waits. */
  public static final CatchUp NOTHING_WAITS = now(Template.NOTHING_WAITS.with());

  /** What waits is what just arrived. */
  public static final CatchUp KEEPS_UP = now(Template.KEEPS_UP.with());

  /** No less arrives than is read. */
  public static final CatchUp NEVER = without(Template.NEVER.with());

  /** Too little was seen. */
  public static final CatchUp UNKNOWN = without(Template.NOT_KNOWN_YET.with());

  /** Whether it is never, at this rate. */
  @JsonIgnore
  public boolean isNever() {
    return sentence.text().equals(NEVER.sentence.text());
  }

  private static CatchUp now(Sentence sentence) {
    return new CatchUp(OptionalDouble.of(0), OptionalDouble.of(0), OptionalDouble.of(0), sentence);
  }

  private static CatchUp without(Sentence sentence) {
    return new CatchUp(
        OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), sentence);
  }
}
