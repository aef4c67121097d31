package io.pairstream.cleaning;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A step that only judges: whatever it finds, it knows what it would pass on. So a person may
 * overrule it, where a reason {@linkplain RejectReason#isWaivable() is a matter of taste}.
 *
 * @param <T> the stage that is judged, and passed on
 */
public interface Check<T> extends Step<T, T> {

  /**
   * All objections to a record, the first one first, and the value to continue with in spite of
   * them.
   */
  Checked<T> check(T input);

  @Override
  default Outcome<T> apply(T input) {
    return applyWaiving(input, Set.of());
  }

  @Override
  default Outcome<T> applyWaiving(T input, Set<RejectReason> waived) {
    return check(input).outcome(waived);
  }

  /**
   * Result of a {@link Check}.
   *
   * @param value value for the next step, used where no objection counts
   * @param objections why the value should be rejected, in the order in which they were found;
   *     empty where nothing is wrong
   */
  public record Checked<T>(T value, List<Rejection> objections) {

    public Checked {
      objections = List.copyOf(objections);
    }

    /** Nothing speaks against it. */
    public static <T> Checked<T> fine(T value) {
      return new Checked<>(value, List.of());
    }

    /**
     * The decision on the value: rejected for the first objection whose reason is not waived, else
     * kept.
     */
    public Outcome<T> outcome(Set<RejectReason> waived) {
      for (Rejection objection : objections) {
        if (!waived.contains(objection.reason())) {
          return Outcome.rejected(objection);
        }
      }
      return Outcome.kept(value);
    }

    /** Returns a copy with one more objection. */
    public Checked<T> but(RejectReason reason, String detail, Measured measured) {
      List<Rejection> more = new ArrayList<>(objections);
      more.add(new Rejection(reason, detail, measured));
      return new Checked<>(value, more);
    }
  }
}
