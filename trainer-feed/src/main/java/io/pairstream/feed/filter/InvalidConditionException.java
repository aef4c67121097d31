package io.pairstream.feed.filter;

/** What should be a condition is none; the message says what would be. */
public final class InvalidConditionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  public InvalidConditionException(String message) {
    super(message);
  }
}
