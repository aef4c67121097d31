package io.pairstream.chaos.verify;

import java.util.List;
import java.util.Optional;

/** Values as numbers for columns: from 1 on, so that 0 is none of them. */
record Codes<T>(List<T> values) {

  static <T> Codes<T> of(T[] values) {
    return new Codes<>(List.of(values));
  }

  /** The value's number; 0 where it is none of these. */
  long of(T value) {
    return values.indexOf(value) + 1L;
  }

  Optional<T> at(long code) {
    return code == 0 ? Optional.empty() : Optional.of(values.get((int) code - 1));
  }
}
