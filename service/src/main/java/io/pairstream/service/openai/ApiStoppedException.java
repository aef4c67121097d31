package io.pairstream.service.openai;

/** The API gives nothing before a person changes something, or before a while has passed. */
public class ApiStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ApiStoppedException(String message) {
    super(message);
  }
}
