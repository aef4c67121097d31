package io.pairstream.schemas.wire;

/** The registry answers, but does not hold a schema of ours. */
public final class MissingSchemaException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public MissingSchemaException(String message, Throwable cause) {
    super(message, cause);
  }
}
