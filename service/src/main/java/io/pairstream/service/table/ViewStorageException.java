package io.pairstream.service.table;

/** The disk does not hold a view's table: it is full, not ours, damaged, or in use. */
public final class ViewStorageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ViewStorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
