package io.pairstream.schemas;

/**
 * A URL that no link may have. The message says what would be right, and does not repeat the URL.
 */
public final class InvalidUrlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InvalidUrlException(String message) {
    super(message);
  }
}
