package io.pairstream.cleaning;

/** One cleaning step: a pure function from one stage of a record to the next. */
@FunctionalInterface
public interface Step<I, O> {

  Outcome<O> apply(I input);

  /**
   * What the step does to a record, for a person, with the limits in force: half a sentence that
   * begins with a verb. Every step of a plan says it.
   */
  default String inWords() {
    return "";
  }

  /** This step followed by {@code next}, which sees only records this step kept. */
  default <P> Step<I, P> then(Step<? super O, P> next) {
    return input -> apply(input).then(next);
  }
}
