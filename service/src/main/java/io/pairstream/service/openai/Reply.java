package io.pairstream.service.openai;

import java.time.Duration;

/** Result of a call. */
public sealed interface Reply<T> {

  /** The API has done it. */
  record Given<T>(T value) implements Reply<T> {}

  /** The API does not do this, and will not when it is asked again. */
  record Refused<T>(String detail) implements Reply<T> {}

  /** The API cannot do this as it is asked, or gives nothing. */
  record Failed<T>(String detail) implements Reply<T> {}

  /** The call may succeed after the pause, which is zero where the API names none. */
  record Later<T>(Duration pause, String detail) implements Reply<T> {}
}
