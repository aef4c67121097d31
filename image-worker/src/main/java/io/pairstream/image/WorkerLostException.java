package io.pairstream.image;

/** A worker has died, or was killed because it was late, before it gave an answer. */
final class WorkerLostException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean late;

  WorkerLostException(String message, boolean late, Throwable cause) {
    super(message, cause);
    this.late = late;
  }

  /** Whether the worker was still there when its time was up. */
  boolean late() {
    return late;
  }
}
