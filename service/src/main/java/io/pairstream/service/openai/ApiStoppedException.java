package io.pairstream.service.openai;

import java.time.Duration;

/** The API gives nothing before a person changes something, or before a while has passed. */
public class ApiStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Duration pause;

  public ApiStoppedException(String message) {
    this(message, Duration.ZERO);
  }

  ApiStoppedException(String message, Duration pause) {
    super(message);
    this.pause = pause;
  }

  /** How long the API wants to be left alone; zero where it does not say. */
  public Duration pause() {
    return pause;
  }
}
