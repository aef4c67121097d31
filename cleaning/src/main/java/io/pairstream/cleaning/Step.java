package io.pairstream.cleaning;

import java.util.Optional;
import java.util.Set;

/** One cleaning step: a pure function from one stage of a record to the next. */
@FunctionalInterface
public interface Step<I, O> {

  Outcome<O> apply(I input);

  /**
   * Description of the step for a person, with the limits in force: half a sentence that begins
   * with a verb. Every step of a plan says it.
   */
  default String inWords() {
    return "";
  }

  /** Whether the step can do anything under its recipe; otherwise it is left out of the plan. */
  default boolean isOn() {
    return true;
  }

  /** Effect of a changed key, which the step reads, on pairs that were judged before. */
  default KeyEffect effectOf(String key) {
    return KeyEffect.REMAKES;
  }

  /**
   * Judges a published pair again, by what is stored of it.
   *
   * @param changed the recipe's keys that differ from those under which the pair passed the step
   * @return empty where what is stored does not tell
   */
  default Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    return Optional.empty();
  }

  /**
   * Applies the step to a record for which a person has waived some reasons. A step that cannot
   * continue in spite of what it finds, as all but a {@link Check}, takes no notice of them.
   */
  default Outcome<O> applyWaiving(I input, Set<RejectReason> waived) {
    return apply(input);
  }
}
