package io.pairstream.feed;

/** What should be a view is none, or not one of this data set. */
public final class InvalidViewException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InvalidViewException(String message) {
    super(message);
  }
}
