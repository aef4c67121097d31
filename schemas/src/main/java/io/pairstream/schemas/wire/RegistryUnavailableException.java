package io.pairstream.schemas.wire;

/** The registry does not answer, or not as it should: the world is bad, not a record. */
public final class RegistryUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** An obstacle whose message says all: what is wrong, where, and what would be right. */
  public RegistryUnavailableException(String message) {
    super(message);
  }

  public RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
