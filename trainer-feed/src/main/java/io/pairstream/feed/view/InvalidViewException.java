package io.pairstream.feed.view;

/** Thrown where a view is malformed, or is of another data set. */
public final class InvalidViewException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InvalidViewException(String message) {
    super(message);
  }
}
