package io.pairstream.service.requirements;

import java.util.Optional;
import java.util.function.Function;

/**
 * An answer, or why there is none.
 *
 * @param answer empty where we may not know
 * @param refusal why; empty where there is an answer
 */
record ClusterAnswer<T>(Optional<T> answer, String refusal) {

  static <T> ClusterAnswer<T> of(T answer) {
    return new ClusterAnswer<>(Optional.of(answer), "");
  }

  static <T> ClusterAnswer<T> not(String why) {
    return new ClusterAnswer<>(Optional.empty(), why);
  }

  <U> U fold(Function<T, U> ifTold, Function<String, U> ifNot) {
    return answer.map(ifTold).orElseGet(() -> ifNot.apply(refusal));
  }
}
