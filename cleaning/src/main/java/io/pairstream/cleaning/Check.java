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

  /** All that speaks against a record, the first thing first, and what goes on in spite of it. */
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
   * What a {@link Check} found.
   *
   * @param value what goes on where nothing speaks against it
   * @param objections what does, the first thing first
   */
  public record Checked<T>(T value, List<Rejection> objections) {

    public Checked {
      objections = List.copyOf(objections);
    }

    /** Nothing speaks against it. */
    public static <T> Checked<T> fine(T value) {
      return new Checked<>(value, List.of());
    }

    /** What becomes of it where these reasons do not count. */
    public Outcome<T> outcome(Set<RejectReason> waived) {
      for (Rejection objection : objections) {
        if (!waived.contains(objection.reason())) {
          return Outcome.rejected(objection);
        }
      }
      return Outcome.kept(value);
    }

    /** The same with one more objection, with the measured value and the limit it breaks. */
    public Checked<T> but(RejectReason reason, String detail, String measured, String limit) {
      List<Rejection> more = new ArrayList<>(objections);
      more.add(new Rejection(reason, detail, measured, limit));
      return new Checked<>(value, more);
    }
  }
}
