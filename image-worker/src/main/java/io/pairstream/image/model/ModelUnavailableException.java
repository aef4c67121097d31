package io.pairstream.image.model;

/** A model cannot be asked, for a reason that is no question's fault; it may pass. */
public final class ModelUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message why, in words
   */
  public ModelUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
