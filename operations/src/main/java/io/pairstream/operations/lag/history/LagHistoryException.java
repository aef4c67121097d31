package io.pairstream.operations.lag.history;

/** The disk does not hold the history: it is full, not ours, or another process uses it. */
public final class LagHistoryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LagHistoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
