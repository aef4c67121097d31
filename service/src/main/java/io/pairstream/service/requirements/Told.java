package io.pairstream.service.requirements;

import java.util.Optional;
import java.util.function.Function;

/**
 * An answer, or why there is none.
 *
 * @param answer empty where we may not know
 * @param refusal why; empty where there is an answer
 */
record Told<T>(Optional<T> answer, String refusal) {

  static <T> Told<T> of(T answer) {
    return new Told<>(Optional.of(answer), "");
  }

  static <T> Told<T> not(String why) {
    return new Told<>(Optional.empty(), why);
  }

  <U> U fold(Function<T, U> ifTold, Function<String, U> ifNot) {
    return answer.map(ifTold).orElseGet(() -> ifNot.apply(refusal));
  }
}
