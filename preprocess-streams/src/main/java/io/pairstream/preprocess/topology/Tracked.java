package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import java.util.List;

/**
 * A record on its way: the stage that it has reached, and what it was when it came.
 *
 * @param raw the record as it came
 * @param identity who it is
 * @param stage what it has become
 */
record Tracked<T>(RawRecord raw, Identity identity, T stage) {

  <U> Tracked<U> as(U next) {
    return new Tracked<>(raw, identity, next);
  }

  /** The kept arm of a judged record: itself with the kept stage, or nothing. */
  static <T> List<Tracked<T>> kept(Tracked<Outcome<T>> judged) {
    return judged.stage().fold(stage -> List.of(judged.as(stage)), rejection -> List.of());
  }

  /** The rejected arm: the record with the step and the reason, or nothing. */
  static <T> List<Tracked<Turned>> rejected(String step, Tracked<Outcome<T>> judged) {
    return judged
        .stage()
        .fold(stage -> List.of(), rejection -> List.of(judged.as(new Turned(step, rejection))));
  }

  /** A record that is rejected: by which step, and why. */
  record Turned(String step, Rejection rejection) {}
}
