package io.pairstream.service.table;

import java.nio.file.Path;

/** The disk does not hold a view's table: it is full, not ours, damaged, or in use. */
public final class ViewStorageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ViewStorageException(String message, Throwable cause) {
    super(message, cause);
  }

  static ViewStorageException ofFolder(Path directory, Exception e) {
    return new ViewStorageException(
        "the service's folder "
            + directory
            + " cannot be used; each running instance needs one of its own that it may write: "
            + e.getMessage(),
        e);
  }
}
