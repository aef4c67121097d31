package io.pairstream.service.openai;

import java.time.Duration;

/** Result of a call. */
public sealed interface Reply<T> {

  /** The API has done it. */
  record Given<T>(T value) implements Reply<T> {}

  /** The API does not do this, and will not when it is asked again. */
  record Refused<T>(String detail) implements Reply<T> {}

  /**
   * The API cannot do this as it is asked, or gives nothing.
   *
   * @param isOfRequest whether the API rejects the request, perhaps as it would any other
   */
  record Failed<T>(String detail, boolean isOfRequest) implements Reply<T> {

    /** A call whose answer is of no use. */
    public Failed(String detail) {
      this(detail, false);
    }
  }

  /**
   * The call may succeed after the pause.
   *
   * @param pause zero where the API names none
   * @param isAway whether the API is not there, or wants to be left alone, whatever it is asked
   */
  record Later<T>(Duration pause, String detail, boolean isAway) implements Reply<T> {}
}
