package io.pairstream.answers.api;

import java.time.Duration;

/** Result of a call. */
sealed interface Reply {

  /** A text that the model wrote; null where none was asked for. */
  record Given(String text) implements Reply {}

  /** The API does not do this, and will not when it is asked again. */
  record Refused(String detail) implements Reply {}

  /**
   * The API cannot do this as it is asked, or gives nothing.
   *
   * @param isOfRequest whether the API rejects the request, perhaps as it would any other
   */
  record Failed(String detail, boolean isOfRequest) implements Reply {}

  /**
   * The call may succeed after the pause.
   *
   * @param pause zero where the API names none
   * @param isAway whether the API is not there, or wants to be left alone, whatever it is asked
   */
  record Later(Duration pause, String detail, boolean isAway) implements Reply {}
}
