package io.pairstream.answers.api;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The API gives nothing before a person changes something, or before a while has passed. */
final class ApiStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Duration pause;

  ApiStoppedException(String message) {
    this(message, Duration.ZERO);
  }

  ApiStoppedException(String message, Duration pause) {
    super(message);
    this.pause = pause;
  }

  /** An API that gives nothing before a person changes the request or the key. */
  static ApiStoppedException lasting(String message) {
    return new ApiStoppedException(message, ChronoUnit.FOREVER.getDuration());
  }

  /** Whether only a change of the request or of the key helps. */
  boolean lasts() {
    return pause.equals(ChronoUnit.FOREVER.getDuration());
  }

  /** How long the API wants to be left alone; zero where it does not say. */
  Duration pause() {
    return pause;
  }
}
