package io.pairstream.image.card;

/** A model card that cannot be used, or does not fit its model; the message says all reasons. */
public final class InvalidCardException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong, and what would be right
   */
  public InvalidCardException(String message) {
    super(message);
  }
}
